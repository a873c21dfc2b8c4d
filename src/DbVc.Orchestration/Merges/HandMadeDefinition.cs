using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>A definition that a person wrote to settle a conflict of definitions.</summary>
internal static class HandMadeDefinition
{
    /// <summary>Throws usage failure <c>conflict.value</c> unless the engine takes it for what the conflict is about.</summary>
    public static void Check(ISchemaDialect dialect, Conflict conflict, Value? value)
    {
        var sql = value is { Kind: ValueKind.Text } text ? text.AsText : throw Refuse(conflict, "it is no text");
        var side = (conflict.Target ?? conflict.Source ?? conflict.Base)![0].Value.AsText;
        var (asked, given) = (KindOf(dialect, side), KindOf(dialect, sql));
        if (asked != given) throw Refuse(conflict, $"it does not begin with CREATE {asked.ToUpperInvariant()}");
        if (asked != "table")
        {
            if (!dialect.Mentions(sql, conflict.Table)) throw Refuse(conflict, $"it does not make '{conflict.Table}'");
            return;
        }

        var draft = new TableSchema { Name = conflict.Table, Columns = [], PrimaryKey = [], Sql = sql };
        var trial = dialect.Try(new DatabaseSchema([draft], []));
        if (trial.Faults.Count > 0) throw Refuse(conflict, trial.Faults[0].Message);
        if (trial.Schema.Tables.Count != 1) throw Refuse(conflict, "it does not make a table");
    }

    /// <summary>The first word behind CREATE that says what is created.</summary>
    private static string KindOf(ISchemaDialect dialect, string sql) =>
        dialect.Canonical(sql).Split(' ').Skip(1).FirstOrDefault(word => word is "table" or "index" or "view" or "trigger") ?? "";

    private static DbVcException Refuse(Conflict conflict, string why) => new(FailureKind.Usage, "conflict.value",
        $"The definition given for '{conflict.Table}' cannot be taken: {why}.", conflict.Id,
        "Give the whole CREATE statement as a JSON text, or use --take source, target or base.");
}
