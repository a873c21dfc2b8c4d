using System.Text;
using DbVc.Databases;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>
/// What a run rejected as a table of the branch's own database, to be queried beside the rows that were loaded: <c>_rejected_TABLE</c>, a row for each
/// reason. Tables of such names are db-vc's own on every engine, so it is in no commit and in no merge.
/// </summary>
internal static class RejectedTable
{
    private static readonly ColumnDraft[] s_columns =
    [
        new("run", FieldType.Text) { Nullable = false },
        new("record", FieldType.Integer) { Nullable = false },
        new("reason", FieldType.Integer) { Nullable = false },
        new("line", FieldType.Integer) { Nullable = false },
        new("raw", FieldType.Text),
        new("field", FieldType.Text),
        new("rule", FieldType.Text),
        new("value", FieldType.Text),
        new("message", FieldType.Text),
    ];

    /// <summary>Writes the records of a quarantine; the branch's database has just been made anew.</summary>
    /// <param name="destination">The table that was loaded.</param>
    public static void Write(string destination, IEnumerable<QuarantinedRecord> records, IDatabase database, IDatabaseProvider provider, TimeSpan lockTimeout)
    {
        var table = provider.Tables.Make(new TableDraft(provider.Tables.NameRejected(destination), s_columns, ["record", "reason"]));
        using (var session = database.BeginApply(lockTimeout))
        {
            session.Apply(new DatabaseDelta([new TableDelta(null, table, [])], [], []));
            session.Commit();
        }

        using var load = database.BeginLoad(table, lockTimeout, LoadOptions.Default);
        foreach (var record in records) Insert(load, record);
        load.Flush();
        load.Commit();
    }

    private static void Insert(IBulkLoad load, QuarantinedRecord record)
    {
        // A record that cannot be read at all has no rule that it breaks.
        IReadOnlyList<QuarantineReason> reasons = record.Reasons.Count > 0 ? record.Reasons : [new QuarantineReason("", "", "", "")];
        foreach (var (number, reason) in reasons.Index())
        {
            load.SetText(0, Text(record.Run));
            load.SetInteger(1, record.Record);
            load.SetInteger(2, number + 1);
            load.SetInteger(3, record.Line);
            load.SetText(4, Text(record.Raw));
            foreach (var (column, text) in ((string[])[reason.Field, reason.Rule, reason.Value, reason.Message]).Index()) load.SetText(5 + column, Text(text));
            load.Insert();
        }
    }

    /// <summary>Not every engine takes NUL in a text.</summary>
    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text.Replace('\0', '\u2400'));
}
