/**
 * The schema of a migrated database as SQL, from Postgres's own catalogs: what the migrations came to. It is committed as
 * `db/schema.sql`, so that a change of the schema is read in review, and a test compares the two.
 */
import type { Client } from 'pg';

const queries = {
  functions: `
    select pg_get_functiondef(p.oid) || ';' as sql from pg_proc p where p.pronamespace = 'public'::regnamespace order by p.proname`,
  tables: `
    select c.relname as name, string_agg(format('  %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
        case when a.attidentity = 'a' then ' generated always as identity' else '' end,
        case when a.attnotnull then ' not null' else '' end,
        case when d.adbin is null then '' else ' default ' || pg_get_expr(d.adbin, d.adrelid) end), E',\n' order by a.attnum) as columns,
      coalesce(' partition by ' || pg_get_partkeydef(c.oid), '') as partitioned
    from pg_class c
    join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
    group by c.oid, c.relname order by c.relname`,
  constraints: `
    select conrelid::regclass::text as name, format('alter table %s add constraint %I %s;', conrelid::regclass, conname, pg_get_constraintdef(oid)) as sql
    from pg_constraint
    where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'c', 'f') and conrelid <> 0
    order by conrelid::regclass::text, contype desc, conname`,
  indexes: `
    select indexdef || ';' as sql from pg_indexes i
    where schemaname = 'public' and not exists (select from pg_constraint c where c.conname = i.indexname and c.contype in ('p', 'u'))
    order by tablename, indexname`,
  views: `
    select format(E'create view %I%s as\n%s', c.relname, coalesce(' with (' || array_to_string(c.reloptions, ', ') || ')', ''), pg_get_viewdef(c.oid)) as sql
    from pg_class c where c.relnamespace = 'public'::regnamespace and c.relkind = 'v' order by c.relname`,
  triggers: `
    select pg_get_triggerdef(t.oid) || ';' as sql from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where not t.tgisinternal and c.relnamespace = 'public'::regnamespace order by c.relname, t.tgname`,
  policies: `
    select format('alter table %I enable row level security; create policy %I on %I using (%s) with check (%s);',
      tablename, policyname, tablename, qual, with_check) as sql
    from pg_policies where schemaname = 'public' order by tablename, policyname`,
} as const;

type Part = keyof typeof queries;

async function statements(client: Client, part: Part): Promise<string[]> {
  const { rows } = await client.query<{ sql: string }>(queries[part]);
  return rows.map((row) => row.sql);
}

async function tables(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; columns: string; partitioned: string }>(queries.tables);
  return rows.map(({ name, columns, partitioned }) => `create table ${name} (\n${columns}\n)${partitioned};`);
}

const headline = '-- What the migrations come to. Made by `npm run schema`; the reasons stand in db/migrations/.\n';

/** The whole schema as text, the same for the same migrations. */
export async function describeSchema(client: Client): Promise<string> {
  const parts = [
    await statements(client, 'functions'),
    await tables(client),
    await statements(client, 'constraints'),
    await statements(client, 'indexes'),
    await statements(client, 'views'),
    await statements(client, 'triggers'),
    await statements(client, 'policies'),
  ];
  return `${headline}\n${parts.map((part) => part.join('\n')).join('\n\n')}\n`;
}
