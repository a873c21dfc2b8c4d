using System.Text.Json;

namespace DbVc.Pipelines;

/// <summary>Makes one record of all that have the same keys: each gives the value of the column that it names.</summary>
/// <param name="Keys">Tell the records apart that are made.</param>
/// <param name="NameColumn">Names a column.</param>
/// <param name="ValueColumn">Its value.</param>
/// <param name="Columns">The columns that may be named, as names; a record that names another is rejected, and so is a second value for one.</param>
public sealed record PivotStep(IReadOnlyList<string> Keys, string NameColumn, string ValueColumn, IReadOnlyList<string> Columns) : ReshapeStep
{
    /// <summary>The rule that a rejected record breaks.</summary>
    public const string Rule = "pivot";

    /// <inheritdoc/>
    public override string Name => "pivot";

    /// <inheritdoc/>
    public override string Text => $"pivot {NameColumn} and {ValueColumn} into {List(Columns.Select(ReshapeSpec.NameOf))}, one record for each {List(Keys)}";

    internal override IReadOnlyList<string> Reads => [.. Keys, NameColumn, ValueColumn];

    internal override IEnumerable<string> ColumnsBefore(IReadOnlyList<string> after) => Reads;

    internal override ShapedRows Run(ShapedRows rows, ReshapeTally tally)
    {
        var (keys, name, value) = (rows.FindAll(Keys), rows.Find(NameColumn), rows.Find(ValueColumn));
        var places = Columns.Select(ReshapeSpec.NameOf).Index().ToDictionary(c => c.Item, c => c.Index, StringComparer.Ordinal);
        return new ShapedRows([.. Keys, .. Columns], Turn());

        IEnumerable<ShapedRow> Turn()
        {
            using var spool = tally.NewSpool(rows.Columns.Count);
            foreach (var row in rows.Rows) spool.Add(row, row.KeyOf(keys));
            Group? group = null;
            const string Together = "JOIN (SELECT grp AS g, min(seq) AS first FROM rows GROUP BY grp) ON g = grp ORDER BY first, seq";
            foreach (var (_, key, row) in spool.Read(Together))
            {
                if (group is not null && !group.Key.AsSpan().SequenceEqual(key))
                {
                    yield return group.Row;
                    group = null;
                }

                group ??= new Group(key!, row with { Cells = [.. keys.Select(k => row.Cells[k]), .. new string?[Columns.Count]] }, Columns.Count);
                if (FindProblem(group, row) is { } problem) tally.Reject(row, rows.Columns, Rule, problem);
            }

            if (group is not null) yield return group.Row;
        }

        string? FindProblem(Group group, ShapedRow row)
        {
            if (row.Cells[name] is not { } named) return $"'{NameColumn}' is NULL and names no column.";
            if (!places.TryGetValue(named, out var place)) return $"'{NameColumn}' names a column that is not declared.";
            if (group.IsGiven[place]) return $"A second value for '{Columns[place]}' of the same {List(Keys)}.";
            if (!group.TryGive(place, keys.Length, row.Cells[value])) return $"With this value the record that is made is too long.";
            return null;
        }
    }

    internal override void WriteMembers(Utf8JsonWriter json)
    {
        WriteTexts(json, "keys", Keys);
        json.WriteString("name_column", NameColumn);
        json.WriteString("value_column", ValueColumn);
        WriteTexts(json, "columns", [.. Columns.Select(ReshapeSpec.NameOf)]);
    }

    private sealed class Group(byte[] key, ShapedRow row, int columns)
    {
        private long _length;

        public byte[] Key => key;

        public ShapedRow Row => row;

        public bool[] IsGiven { get; } = new bool[columns];

        /// <summary>False where what is in memory would be more than a record may be.</summary>
        public bool TryGive(int place, int keys, string? value)
        {
            if (_length + (value?.Length ?? 0) > ShapedRow.LongestBytes) return false;
            _length += value?.Length ?? 0;
            IsGiven[place] = true;
            row.Cells[keys + place] = value;
            return true;
        }
    }
}
