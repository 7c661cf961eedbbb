SELECT COUNT(*) FROM consecutive_login_users()
