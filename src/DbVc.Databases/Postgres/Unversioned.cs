namespace DbVc.Databases;

/// <summary>What a database holds and no commit does: each is named, with the reason. Tables are not in here; the schema reader knows them.</summary>
internal static class PostgresUnversioned
{
    private const string Sql =
        $"""
        SELECT 'extension ' || e.extname, 'it is installed, not versioned; a private database gets it from the server' FROM pg_extension e
          WHERE e.extname <> 'plpgsql'
        UNION ALL SELECT 'type ' || format_type(t.oid, NULL), 'it is a base type' FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
          WHERE t.typtype IN ('b', 'p') AND t.typelem = 0 AND {PostgresCatalogue.UserSchema} AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype IN ('e', 'i'))
        UNION ALL SELECT 'function ' || p.oid::regprocedure, CASE WHEN l.lanname IN ('c', 'internal') THEN 'it is written in C'
            ELSE 'it is an aggregate with moving, ordered or sorting parts' END
          FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON l.oid = p.prolang
            LEFT JOIN pg_aggregate a ON a.aggfnoid = p.oid
          WHERE (CASE WHEN p.prokind = 'a' THEN a.aggkind <> 'n' OR a.aggmtransfn <> 0 OR a.aggsortop <> 0 ELSE l.lanname IN ('c', 'internal') END)
            AND {PostgresCatalogue.UserSchema} AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype IN ('e', 'i'))
        UNION ALL SELECT 'policy ' || p.polname || ' on ' || c.oid::regclass, 'it names roles, which are the server''s, not the database''s'
          FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
        UNION ALL SELECT 'row level security of ' || c.oid::regclass, 'its policies are not versioned'
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relrowsecurity AND {PostgresCatalogue.UserSchema}
        UNION ALL SELECT 'index ' || i.indexrelid::regclass, 'it is not valid: making it failed or still goes on'
          FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE NOT i.indisvalid AND NOT c.relispartition AND {PostgresCatalogue.UserSchema}
        UNION ALL SELECT 'index ' || i.indexrelid::regclass, 'it is on a single partition'
          FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_class x ON x.oid = i.indexrelid
          WHERE c.relispartition AND NOT x.relispartition AND {PostgresCatalogue.UserSchema}
            AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid)
        UNION ALL SELECT 'constraint ' || k.conname || ' of ' || c.oid::regclass, 'it is on a single partition'
          FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relispartition AND k.conislocal AND k.coninhcount = 0 AND k.conparentid = 0 AND k.contype IN ('p', 'u', 'x', 'c', 'f')
            AND {PostgresCatalogue.UserSchema}
        UNION ALL SELECT 'trigger ' || t.tgname || ' on ' || c.oid::regclass, 'it is on a single partition'
          FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE c.relispartition AND NOT t.tgisinternal AND t.tgparentid = 0 AND {PostgresCatalogue.UserSchema}
        UNION ALL SELECT 'constraint ' || k.conname || ' of ' || c.oid::regclass, 'that rows which were there before it are not checked is not versioned'
          FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE NOT k.convalidated AND k.contype IN ('c', 'f') AND pg_get_constraintdef(k.oid) LIKE '% NOT VALID' AND {PostgresCatalogue.UserSchema}
        UNION ALL SELECT 'table ' || c.oid::regclass, '{UnversionedItem.ReservedReason}'
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p') AND c.relname ~* '^_rejected_'
            AND {PostgresCatalogue.UserSchema}
        UNION ALL SELECT 'event trigger ' || e.evtname, 'it belongs to whoever administers the server' FROM pg_event_trigger e
        UNION ALL SELECT 'text search configuration ' || c.oid::regconfig, 'text search objects are not versioned'
          FROM pg_ts_config c JOIN pg_namespace n ON n.oid = c.cfgnamespace WHERE {PostgresCatalogue.UserSchema} AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 'pg_ts_config'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        UNION ALL SELECT 'collation ' || quote_ident(c.collname), 'collations are not versioned' FROM pg_collation c
          JOIN pg_namespace n ON n.oid = c.collnamespace WHERE {PostgresCatalogue.UserSchema} AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 'pg_collation'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        UNION ALL SELECT 'operator ' || o.oid::regoperator, 'operators are not versioned' FROM pg_operator o
          JOIN pg_namespace n ON n.oid = o.oprnamespace WHERE {PostgresCatalogue.UserSchema} AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 'pg_operator'::regclass AND d.objid = o.oid AND d.deptype = 'e')
        UNION ALL SELECT 'cast from ' || format_type(c.castsource, NULL) || ' to ' || format_type(c.casttarget, NULL), 'casts are not versioned'
          FROM pg_cast c WHERE c.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid AND d.deptype = 'e')
        UNION ALL SELECT 'statistics ' || quote_ident(s.stxname), 'they only help the planner'
          FROM pg_statistic_ext s JOIN pg_namespace n ON n.oid = s.stxnamespace WHERE {PostgresCatalogue.UserSchema}
        UNION ALL SELECT 'foreign server ' || quote_ident(s.srvname), 'it is a way to another database' FROM pg_foreign_server s
        UNION ALL SELECT 'publication ' || quote_ident(p.pubname), 'replication belongs to whoever administers the server' FROM pg_publication p
        UNION ALL SELECT 'large objects', 'there are ' || count(*) || '; values in columns are versioned, large objects are not'
          FROM pg_largeobject_metadata HAVING count(*) > 0
        UNION ALL SELECT 'comments', 'there are ' || count(*) || ' on tables, columns and others; they are not versioned' FROM pg_description d
          WHERE d.objoid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend x WHERE x.classid = d.classoid AND x.objid = d.objoid AND x.deptype = 'e')
            AND d.classoid <> 'pg_extension'::regclass HAVING count(*) > 0
        UNION ALL SELECT 'privileges', 'roles are the server''s: who may do what in a private database is db-vc''s role alone'
          FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relacl IS NOT NULL AND {PostgresCatalogue.UserSchema}
            AND {PostgresCatalogue.NotOwn} AND NOT EXISTS (SELECT FROM pg_depend d
            WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e') HAVING count(*) > 0
        ORDER BY 1, 2
        """;

    public static List<UnversionedItem> Read(PostgresConnection connection) =>
        connection.Read(Sql, row => new UnversionedItem(row.GetString(0), row.GetString(1)));
}
