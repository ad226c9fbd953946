-- why: every random choice of the sample is a hash of (seed, what is drawn, which row), so that a
--      row is the same whatever the order of work or the number of threads.

-- hashed twice: a hash of several values is an exclusive-or of their hashes, so two draws for one
-- row would be tied to each other; the second round unties them
create or replace macro draw(what, which) as hash(hash(getvariable('seed'), what, which));

-- uniform in [0, 1)
create or replace macro chance(what, which) as
(draw(what, which) >> 11)::double / 9007199254740992.0;

-- a whole number from 0 to n - 1
create or replace macro roll(what, which, n) as (draw(what, which) % (n)::ubigint)::bigint;

-- bell-shaped with mean 0 and deviation 1, never beyond 3.5: the sum of four 16-bit draws
create or replace macro bell(what, which) as (
  (
    (draw(what, which) & 65535) + ((draw(what, which) >> 16) & 65535)
    + ((draw(what, which) >> 32) & 65535) + (draw(what, which) >> 48)
  ) / 65536.0 - 2
) * 1.7320508;

-- waiting time with mean 1
create or replace macro wait(what, which) as -ln(1 - chance(what, which));

create or replace macro pick(what, which, choices) as
list_extract(choices, 1 + roll(what, which, len(choices)));

-- money: cents in, text or decimal out; no step in between is a float
create or replace macro yuan(cents) as
cents::decimal(18, 0) * 0.01::decimal(3, 2);
create or replace macro yuan_text(cents) as yuan(cents)::varchar;
create or replace macro yuan_grouped(cents) as
case when cents < 0 then '-' else '' end
|| format('{:,}', abs(cents) // 100) || '.' || lpad((abs(cents) % 100)::varchar, 2, '0');
create or replace macro wan_text(cents) as
(cents // 1000000)::varchar
|| rtrim(rtrim('.' || lpad((cents % 1000000)::varchar, 6, '0'), '0'), '.');
-- part of an amount, rounded half up, all in whole cents
create or replace macro share_of(cents, part, whole) as
((2 * cents::hugeint * part + whole) // (2 * whole))::bigint;
create or replace macro vat_of(net_cents) as share_of(net_cents, 13, 100);

-- ids as a real system prints them; the width follows the size of the company
create or replace macro numbered(prefix, n) as
prefix || lpad(n::varchar, getvariable('id_width')::int, '0');
create or replace macro employee_id(n) as
'E' || lpad(n::varchar, getvariable('employee_width')::int, '0');
create or replace macro team_id(n) as
'T' || lpad(n::varchar, getvariable('team_width')::int, '0');

-- dates and times as the exports print them
create or replace macro slash_date(d) as strftime(d, '%Y/%-m/%-d');
create or replace macro minute_text(t) as strftime(t, '%Y-%m-%d %H:%M');
create or replace macro iso_date(d) as strftime(d, '%Y-%m-%d');
create or replace macro yes_no(flag) as case when flag then '是' else '否' end;

-- a minute of the working day, 8:30 to 18:30
create or replace macro office_time(d, what, which) as
d::timestamp + to_minutes(510 + roll(what, which, 600));

-- ids no row of the truth has; the kind keeps the ids of different faults apart
create or replace macro stray(prefix, kind, n) as
prefix || '9' || kind::varchar || lpad(n::varchar, getvariable('id_width')::int, '0');

-- so many of a hundred thousand rows, by draw; a plain comparison (2^64 over 100,000), which the
-- engine carries out where it reads the table, before it writes out any text
create or replace macro spoils(what, which, per_100k) as
draw('dirt ' || what, which) < (per_100k * 184467440737095)::ubigint;
