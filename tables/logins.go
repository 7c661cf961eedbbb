package tables

// Logins are the moments at which users logged in.
var Logins = &Table{
	Name:        "Logins",
	Alias:       "Login",
	Description: "When which user logged in, a login a row. No key: a user may log in twice in a second.",
	Columns: []Column{
		{"logtime", DateTime, "When it was."},
		{"user_id", VarChar(64), "Who it was."},
	},
	Notes: "user_001, user_002 and user_003 logged in on consecutive days; user_004 on two days with one between.",
	Examples: []Example{{
		SQL:    "SELECT user_id, COUNT(*) AS logins FROM Logins GROUP BY user_id ORDER BY user_id",
		Result: "user_id\tlogins\nuser_001\t4\nuser_002\t3\nuser_003\t4\nuser_004\t2\nuser_005\t1\n",
	}},
}
