use strict; use warnings; use utf8;
use DBI; use JSON::PP;
binmode STDOUT, ':utf8';

open my $f, '<', $ENV{CASES} or die $!;
my $cases = JSON::PP->new->utf8->decode(do { local $/; <$f> });
my $failures = 0;
my $json = JSON::PP->new->canonical->allow_nonref;
sub check {
    my ($name, $got, $want) = @_;
    ($got, $want) = map { $json->encode($_) } $got, $want;
    return if $got eq $want;
    $failures++;
    print "FAIL $name: got $got, want $want\n";
}

my $dsn = "DBI:mysql:database=$ENV{DATABASE};host=$ENV{HOST};port=$ENV{PORT};mysql_local_infile=1;mysql_multi_statements=1";
$dsn .= ';mysql_ssl=1;mysql_ssl_optional=1' if $ENV{TLS};
my $db = DBI->connect($dsn, $ENV{USER}, $ENV{PASSWORD}, { RaiseError => 1, PrintError => 0, mysql_enable_utf8mb4 => 1 });
for my $protocol ('text', 'binary') {
    $db->{mysql_server_prepare} = $protocol eq 'binary';
    for my $c (@$cases) {
        next if ($c->{only} // $protocol) ne $protocol;
        next if $protocol eq 'binary' && $c->{name} eq 'texts in'; # DBD::mysql sends them as BLOB, which has no letters
        my $name = "$protocol: $c->{name}";
        my $got = eval {
            my $st = $db->prepare($c->{sql});
            my $i = 0;
            $st->bind_param(++$i, $_, (defined $_ && /^-?\d+$/) ? DBI::SQL_INTEGER() : DBI::SQL_VARCHAR()) for @{ $c->{args} // [] };
            $st->execute;
            $st->{NUM_OF_FIELDS} ? [map { [map { defined $_ ? "$_" : undef } @$_] } @{ $st->fetchall_arrayref }] : [];
        };
        if (!defined $got) {
            check($name, $db->err . ' ' . $db->state, $c->{error} ? "$c->{error} $c->{state}" : 'rows: ' . $db->errstr);
            next;
        }
        check($name, $got, $c->{want} // $c->{error});
    }
}
$db->{mysql_server_prepare} = 0;
my $st = $db->prepare('CALL both_ways(1)');
$st->execute;
my @all;
do { push @all, map { @$_ } @{ $st->fetchall_arrayref } if $st->{NUM_OF_FIELDS} } while ($st->more_results);
check('CALL', [map { "$_" } @all], ['1', '2', '3']);
my $file = "$ENV{SCRATCH}/perl.txt";
open my $out, '>', $file or die $!; print $out "x\ny\n"; close $out;
check('LOAD DATA LOCAL', 0 + $db->do("LOAD DATA LOCAL INFILE '$file' INTO TABLE notes (note)"), 2);
$db->begin_work;
$db->do("INSERT INTO notes (note) VALUES ('a')");
check('insert id', $db->last_insert_id(undef, undef, 'notes', 'id') > 0 ? 1 : 0, 1);
$db->rollback;
check('tables', [sort map { /`(\w+)`$/ ? $1 : $_ } $db->tables(undef, $ENV{DATABASE}, '%', 'TABLE')], ['child', 'kinds', 'notes']);
check('primary key', [$db->primary_key(undef, $ENV{DATABASE}, 'kinds')], ['id']);
my $columns = $db->column_info(undef, $ENV{DATABASE}, 'kinds', 'vc')->fetchall_arrayref({});
check('column', [map { $_->{COLUMN_NAME}, 0 + $_->{COLUMN_SIZE} } @$columns], ['vc', 50]);
check('ping', $db->ping ? 1 : 0, 1);
print scalar(@$cases), " cases\n";
exit($failures > 0);
