using DbVc.Model;

namespace DbVc.Databases;

/// <summary>Views, triggers, routines and events. Their definer is left out: it is a user of one server. The mode under which a body was written
/// is part of what it means, and stands in a comment before it where it is not the usual one.</summary>
internal static class MySqlObjects
{
    /// <summary>The mode of a server that nobody configured (MariaDB 10.2 and later).</summary>
    public const string UsualMode = "STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION";

    private const string ModePrefix = "/* sql_mode = '";
    private const string ModeSuffix = "' */\n";

    /// <param name="handle">In the database.</param>
    /// <param name="tables">The tables that are versioned; triggers of others are left out.</param>
    /// <param name="left">Gets what cannot be read.</param>
    public static List<SchemaObject> Read(MySqlHandle handle, HashSet<string> tables, List<UnversionedItem> left)
    {
        var objects = new List<SchemaObject>();
        foreach (var view in List(handle, "SELECT table_name FROM information_schema.views WHERE table_schema = database()"))
        {
            if (MySqlName.IsInternal(view[0])) continue;
            Add(SchemaObjectKind.View, view[0], Show(handle, "VIEW", view[0], 1));
        }

        foreach (var trigger in ReadTriggers(handle).Where(t => tables.Contains(t.Table))) objects.Add(trigger.ToObject());
        foreach (var routine in List(handle, "SELECT routine_name, routine_type FROM information_schema.routines WHERE routine_schema = database()"))
        {
            if (routine[1] is not ("FUNCTION" or "PROCEDURE"))
                left.Add(new UnversionedItem($"{routine[1].ToLowerInvariant()} {routine[0]}", "packages are not versioned"));
            else Add(SchemaObjectKind.Function, routine[1] == "PROCEDURE" ? routine[0] + ProcedureSuffix : routine[0], Show(handle, routine[1], routine[0], 2));
        }

        foreach (var item in List(handle, "SELECT event_name FROM information_schema.events WHERE event_schema = database()"))
        {
            Add(SchemaObjectKind.Event, item[0], Show(handle, "EVENT", item[0], 3));
        }

        return objects;

        void Add(SchemaObjectKind kind, string name, string? sql)
        {
            if (sql is null) left.Add(new UnversionedItem($"{kind.ToText()} {name}", "this user may not see its definition"));
            else objects.Add(new SchemaObject(kind, name, null, sql));
        }
    }

    /// <summary>The statement of a view, routine or event; null if there is none that this user sees.</summary>
    public static string? Find(MySqlHandle handle, SchemaObjectKind kind, string name) => kind switch
    {
        SchemaObjectKind.View => Show(handle, "VIEW", name, 1),
        SchemaObjectKind.Event => Show(handle, "EVENT", name, 3),
        _ when name.EndsWith(ProcedureSuffix, StringComparison.Ordinal) => Show(handle, "PROCEDURE", name[..^ProcedureSuffix.Length], 2),
        _ => Show(handle, "FUNCTION", name, 2),
    };

    /// <summary>The statement that makes it again for the same user; null if there is none that this user sees.</summary>
    public static string? FindWhole(MySqlHandle handle, SchemaObjectKind kind, string name)
    {
        if (kind == SchemaObjectKind.Trigger)
        {
            return ReadTriggers(handle).Find(t => t.Name == name) is { } trigger ? trigger.Restore(MySqlTriggerPause.QuoteUser(trigger.Definer)) : null;
        }

        if (Find(handle, kind, name) is not { } sql) return null;
        var (type, column, plain) = kind switch
        {
            SchemaObjectKind.View => ("VIEW", 1, name),
            SchemaObjectKind.Event => ("EVENT", 3, name),
            _ when name.EndsWith(ProcedureSuffix, StringComparison.Ordinal) => ("PROCEDURE", 2, name[..^ProcedureSuffix.Length]),
            _ => ("FUNCTION", 2, name),
        };
        using var row = handle.Query($"SHOW CREATE {type} {MySqlName.Quote(plain)}");
        if (!row.Read()) return null;
        return type == "VIEW" ? row.TextAt(column) : WithMode(SplitMode(sql).Mode, row.TextAt(column));
    }

    /// <summary>True for statements that define something with a body of its own.</summary>
    public static bool HasBody(string statement) => MySqlToken.Cut(statement) is { Count: > 1 } tokens && tokens[0].Is("CREATE")
        && tokens.Take(12).Any(t => t.Is("TRIGGER") || t.Is("FUNCTION") || t.Is("PROCEDURE") || t.Is("EVENT")) && !tokens[1].Is("TABLE");

    public const string ProcedureSuffix = " (procedure)";

    /// <summary>All triggers of the database in the order in which they fire.</summary>
    public static List<MySqlTrigger> ReadTriggers(MySqlHandle handle, bool withOwn = false) =>
    [
        .. List(handle,
            """
            SELECT trigger_name, event_object_table, action_timing, event_manipulation, action_statement, sql_mode, definer
            FROM information_schema.triggers WHERE trigger_schema = database()
            ORDER BY event_object_table, event_manipulation, action_timing, action_order
            """).Where(t => withOwn || !MySqlName.IsInternal(t[0])).Select(t => new MySqlTrigger(t[0], t[1], $"{t[2]} {t[3]}", t[4], t[5], t[6])),
    ];

    public static string DropSql(SchemaObject item) => item.Kind switch
    {
        SchemaObjectKind.View => $"DROP VIEW {MySqlName.Quote(item.Name)}",
        SchemaObjectKind.Trigger => $"DROP TRIGGER {MySqlName.Quote(item.Name)}",
        SchemaObjectKind.Event => $"DROP EVENT {MySqlName.Quote(item.Name)}",
        SchemaObjectKind.Index => $"DROP INDEX {MySqlName.Quote(MySqlIndexText.ToPart(item.Sql).Name)} ON {MySqlName.Quote(item.Table!)}",
        _ => item.Name.EndsWith(ProcedureSuffix, StringComparison.Ordinal)
            ? $"DROP PROCEDURE {MySqlName.Quote(item.Name[..^ProcedureSuffix.Length])}"
            : $"DROP FUNCTION {MySqlName.Quote(item.Name)}",
    };

    public static string WithMode(string mode, string sql) => mode == UsualMode ? sql : ModePrefix + mode + ModeSuffix + sql;

    /// <summary>The mode under which a statement has to be run, and the statement without its comment.</summary>
    public static (string Mode, string Sql) SplitMode(string sql)
    {
        var end = sql.StartsWith(ModePrefix, StringComparison.Ordinal) ? sql.IndexOf(ModeSuffix, StringComparison.Ordinal) : -1;
        return end < 0 ? (UsualMode, sql) : (sql[ModePrefix.Length..end], sql[(end + ModeSuffix.Length)..]);
    }

    public static List<string[]> List(MySqlHandle handle, string sql)
    {
        var all = new List<string[]>();
        using var rows = handle.Query(sql);
        while (rows.Read())
        {
            var row = new string[rows.FieldCount];
            for (var i = 0; i < row.Length; i++) row[i] = rows.TextAt(i);
            all.Add(row);
        }

        return all;
    }

    /// <summary>The statement without definer; null if this user may not see it.</summary>
    private static string? Show(MySqlHandle handle, string type, string name, int column)
    {
        try
        {
            using var row = handle.Query($"SHOW CREATE {type} {MySqlName.Quote(name)}");
            if (!row.Read() || row.IsNull(column)) return null;
            var sql = WithoutDefiner(row.TextAt(column));
            return type == "VIEW" ? sql : WithMode(row.TextAt(1), sql);
        }
        catch (DbVcException failure) when (failure.Code == "database.denied" || MySqlError.IsAbsence(failure))
        {
            return null;
        }
    }

    private static string WithoutDefiner(string sql)
    {
        var tokens = MySqlTableParts.Tokens(sql);
        var definer = tokens.FindIndex(0, Math.Min(tokens.Count, 8), t => t.Is("DEFINER"));
        if (definer < 0 || !tokens[definer + 1].Is('=')) return sql;
        var end = definer + 3;
        // `user`@`host`: the @ is cut as a word of its own.
        if (tokens[end].Value == "@") end += 2;
        return sql[..tokens[definer].Start] + sql[tokens[end].Start..];
    }
}

/// <summary>A trigger as the catalogue holds it.</summary>
internal sealed record MySqlTrigger(string Name, string Table, string When, string Body, string Mode, string Definer)
{
    /// <summary>What the versioned statement says.</summary>
    public SchemaObject ToObject() => new(SchemaObjectKind.Trigger, Name, Table, MySqlObjects.WithMode(Mode, Statement("")));

    /// <summary>The statement that makes it again for the same user.</summary>
    public string Restore(string definer) => MySqlObjects.WithMode(Mode, Statement($"DEFINER={definer} "));

    private string Statement(string definer) => $"CREATE {definer}TRIGGER {MySqlName.Quote(Name)} {When} ON {MySqlName.Quote(Table)} FOR EACH ROW {Body}";
}
