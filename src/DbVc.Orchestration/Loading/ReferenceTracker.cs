using DbVc.Databases;
using DbVc.Model;
using DbVc.PipelineRuntime;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>The host's memory of the keys in another table, for one rule that values must be among them.</summary>
internal sealed class ReferenceTracker : ILoadRule
{
    private readonly UniqueSet _keys = new();
    private readonly RowPremise _premise;

    private ReferenceTracker(KeyFields fields, PipelineSpec spec)
    {
        Fields = fields;
        _premise = new RowPremise(spec, fields.Rule);
    }

    public KeyFields Fields { get; }

    /// <summary>Reads the keys that the database holds; the table is there, see <see cref="Check"/>.</summary>
    public static ReferenceTracker Read(KeyFields fields, PipelineSpec spec, IDatabase database)
    {
        var tracker = new ReferenceTracker(fields, spec);
        using var read = database.BeginRead();

        // A branch may leave out tables that main has.
        var table = read.ReadSchema().FindTable(fields.Rule.Reference!.Table) ?? throw Refuse(fields.Rule,
            $"table '{fields.Rule.Reference.Table}' is left out of the branch's database.", "Make the branch with that table, too: --tables.");
        var columns = ColumnsOf(fields.Rule.Reference, table).Select(c => table.FindColumn(c)!).ToList();
        using var rows = read.ReadRows(table with { Columns = columns, PrimaryKey = [] });
        while (rows.Read())
        {
            var key = UniqueKey.Start();
            for (var i = 0; i < columns.Count; i++) StoredKeyReader.Add(ref key, fields.Types[i], rows, i);
            tracker._keys.Add(key);
        }

        return tracker;
    }

    /// <summary>Throws <c>rule.references</c> for a rule about a table or column that the database does not have.</summary>
    public static void Check(PipelineSpec spec, DatabaseSchema schema, ITableMaker tables)
    {
        foreach (var rule in spec.ReferenceRules)
        {
            var reference = rule.Reference!;
            // Rows are judged as they come; a child may come before its parent.
            if (reference.Table.Equals(spec.Destination.Table, StringComparison.OrdinalIgnoreCase))
                throw Refuse(rule, "it is about the table that is loaded.", "Say it about another table, or with 'acyclic'.");
            if (schema.FindTable(reference.Table) is not { } table)
                throw Refuse(rule, $"there is no table '{reference.Table}'.", "Load that table first, or correct its name.");
            var columns = ColumnsOf(reference, table);
            if (columns.FirstOrDefault(c => table.FindColumn(c) is null) is { } missing)
                throw Refuse(rule, $"table '{table.Name}' has no column '{missing}'.", "Correct its name.");
            if (columns.Count != rule.JudgedFields.Count)
                throw Refuse(rule, $"the primary key of table '{table.Name}' has {columns.Count} columns.", "Name the columns: table(column, …).");
            foreach (var (field, column) in rule.JudgedFields.Zip(columns.Select(c => table.FindColumn(c)!)))
            {
                // A day is no moment, though some columns would take it as one.
                var isOther = !tables.CanHold(column, field.Type)
                    || (field.Type == FieldType.Date && column.DeclaredType.Contains("time", StringComparison.OrdinalIgnoreCase));
                if (isOther)
                    throw Refuse(rule, $"'{field.Name}' is {FieldTypes.Describe(field.Type)}, and column '{column.Name}' is {column.DeclaredType}.",
                        "Give the field the type of what it is compared with.");
            }
        }
    }

    /// <summary>Whether the table has the row's values, one of them is NULL, or the rule is about other rows.</summary>
    public bool Allows(IRowView row)
    {
        foreach (var column in Fields.Columns)
        {
            if (row.KindAt(column) is null) return true;
        }

        return !_premise.Covers(row) || _keys.Contains(RowChecker.KeyOf(Fields, row));
    }

    private static IReadOnlyList<string> ColumnsOf(KeyReference reference, TableSchema table) =>
        reference.Columns.Count > 0 ? reference.Columns : table.PrimaryKey;

    private static DbVcException Refuse(PipelineRule rule, string message, string hint) =>
        new(FailureKind.Usage, "rule.references", $"The rule '{rule.Text}' cannot be judged: {message}", rule.ReportedField, hint);
}
