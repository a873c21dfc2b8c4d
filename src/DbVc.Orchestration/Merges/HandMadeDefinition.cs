using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>A definition that a person wrote to settle a conflict of definitions.</summary>
internal static class HandMadeDefinition
{
    /// <summary>Throws usage failure <c>conflict.value</c> unless the engine takes it for what the conflict is about.</summary>
    /// <param name="dialect">Asks the engine.</param>
    /// <param name="conflict">The conflict.</param>
    /// <param name="value">What was given.</param>
    /// <param name="target">The target's schema, in which an index, view or trigger must stand.</param>
    public static void Check(ISchemaDialect dialect, Conflict conflict, Value? value, DatabaseSchema target)
    {
        var sql = value is { Kind: ValueKind.Text } text ? text.AsText : throw Refuse(conflict, "it is no text");
        var side = (conflict.Target ?? conflict.Source ?? conflict.Base)![0].Value.AsText;
        var (asked, given) = (KindOf(dialect, side), KindOf(dialect, sql));
        if (asked != given) throw Refuse(conflict, $"it does not begin with CREATE {asked.ToUpperInvariant()}");
        if (asked != "table")
        {
            CheckObject(dialect, conflict, Enum.GetValues<SchemaObjectKind>().First(k => k.ToText() == asked), (sql, target));
            return;
        }

        var draft = new TableSchema { Name = conflict.Table, Columns = [], PrimaryKey = [], Sql = sql };
        var trial = dialect.Try(new DatabaseSchema([draft], []));
        if (trial.Faults.Count > 0) throw Refuse(conflict, trial.Faults[0].Message);
        if (trial.Schema.Tables.Count != 1) throw Refuse(conflict, "it does not make a table");
    }

    /// <summary>What it names may come from the source: that is seen when the merge goes on.</summary>
    private static void CheckObject(ISchemaDialect dialect, Conflict conflict, SchemaObjectKind kind, (string Sql, DatabaseSchema Target) given)
    {
        var draft = new SchemaObject(kind, conflict.Table, null, given.Sql);
        var others = given.Target.Objects.Where(o => o.Kind != kind || !AreEqual(o.Name, conflict.Table));
        var trial = dialect.Try(given.Target with { Objects = [.. others, draft] });
        if (trial.Faults.FirstOrDefault(f => f.Kind == kind && f.Name == draft.Name) is { } fault)
        {
            if (fault.Message.Contains("no such", StringComparison.Ordinal)) return;
            throw Refuse(conflict, fault.Message);
        }

        if (!trial.Schema.Objects.Any(o => o.Kind == kind && AreEqual(o.Name, conflict.Table))) throw Refuse(conflict, $"it does not make '{conflict.Table}'");
    }

    private static bool AreEqual(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);

    /// <summary>What is created, by the first word behind CREATE that says it.</summary>
    private static string KindOf(ISchemaDialect dialect, string sql)
    {
        foreach (var word in dialect.Canonical(sql).Split(' ').Skip(1))
        {
            switch (word)
            {
                case "table" or "index" or "view" or "trigger" or "schema" or "type" or "sequence" or "function" or "event": return word;
                case "materialized": return SchemaObjectKind.MaterializedView.ToText();
                case "procedure" or "aggregate": return SchemaObjectKind.Function.ToText();
                case "domain": return SchemaObjectKind.Type.ToText();
            }
        }

        return "";
    }

    private static DbVcException Refuse(Conflict conflict, string why) => new(FailureKind.Usage, "conflict.value",
        $"The definition given for '{conflict.Table}' cannot be taken: {why}.", conflict.Id,
        "Give the whole CREATE statement as a JSON text, or use --take source, target or base.");
}
