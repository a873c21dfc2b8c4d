using System.Runtime.InteropServices;

namespace DbVc.Databases;

/// <summary>Answers SQLite's question how a table can be scanned: which comparisons narrow the scan, what it costs, whether it comes in order.</summary>
internal sealed unsafe class HistoricPlanner(HistoricTable table)
{
    private const string Binary = "BINARY";
    private static readonly string[] s_collations = [Binary, "NOCASE", "RTRIM"];

    private readonly List<HistoricPlan> _plans = [];

    public HistoricPlan this[int number] => _plans[number];

    /// <summary>Fills in the outputs of <paramref name="info"/>.</summary>
    public void Plan(SqliteIndexInfo* info)
    {
        var arguments = new List<HistoricArgument>();
        var rows = PlanKey(info, arguments);
        var path = HistoricPath.Key;
        var cost = rows + 5;
        if (arguments.Count == 0)
        {
            (path, rows, cost) = PlanLookup(info, arguments)
                ? (HistoricPath.Lookup, Math.Max(1, table.Count / 50), 40 + Math.Sqrt(table.Count))
                : (HistoricPath.Scan, (double)table.Count, (double)table.Count + 5);
        }

        var consumed = path != HistoricPath.Lookup && IsInOrder(info);
        var plan = new HistoricPlan(path, arguments, info->ColumnsUsed, consumed && IsBackward(info));
        var number = _plans.IndexOf(plan);
        if (number < 0)
        {
            number = _plans.Count;
            _plans.Add(plan);
        }

        info->Number = number;
        info->OrderConsumed = consumed ? 1 : 0;
        info->EstimatedRows = (long)Math.Max(1, rows);
        info->EstimatedCost = cost;
    }

    /// <summary>Equality on the first key columns, then bounds on the next. Returns how many rows that may leave.</summary>
    private double PlanKey(SqliteIndexInfo* info, List<HistoricArgument> arguments)
    {
        double rows = Math.Max(1, table.Count);
        var key = table.Key;
        for (var i = 0; i < key.Count; i++)
        {
            var equal = Find(info, key[i], Comparison.Equal);
            if (equal >= 0)
            {
                Use(info, equal, key[i], Binary, arguments);
                rows = i + 1 == key.Count ? 1 : Math.Max(1, rows / 100);
                continue;
            }

            foreach (var (first, second) in new[] { (Comparison.Greater, Comparison.GreaterOrEqual), (Comparison.Less, Comparison.LessOrEqual) })
            {
                var bound = Find(info, key[i], first) is >= 0 and var found ? found : Find(info, key[i], second);
                if (bound < 0 || !CanBound(info, bound, key[i])) continue;
                Use(info, bound, key[i], Binary, arguments);
                rows = Math.Max(1, rows / 4);
            }

            break;
        }

        return rows;
    }

    /// <summary>Equality on any columns.</summary>
    private bool PlanLookup(SqliteIndexInfo* info, List<HistoricArgument> arguments)
    {
        for (var i = 0; i < info->ConstraintCount; i++)
        {
            ref var constraint = ref info->Constraints[i];
            if (constraint.Usable == 0 || constraint.Operator != (byte)Comparison.Equal || constraint.Column < 0) continue;
            if (table.StoredAt(constraint.Column) < 0 || SqliteNative.ConstraintIsIn(info, i, -1) != 0) continue;
            if (arguments.Exists(a => a.Column == info->Constraints[i].Column)) continue;
            var collation = CollationOf(info, i);
            if (s_collations.Contains(collation)) Use(info, i, constraint.Column, collation, arguments);
        }

        return arguments.Count > 0;
    }

    /// <summary>The comparison on a key column, by the collation that the order of keys follows; -1 if there is none.</summary>
    private int Find(SqliteIndexInfo* info, int column, Comparison comparison)
    {
        for (var i = 0; i < info->ConstraintCount; i++)
        {
            var constraint = info->Constraints[i];
            if (constraint.Usable == 0 || constraint.Operator != (byte)comparison) continue;
            if (constraint.Column != column && !(constraint.Column == -1 && table.IsRowId(column))) continue;
            if (CollationOf(info, i) == Binary) return i;
        }

        return -1;
    }

    /// <summary>A column of texts may be bounded only by what is known to be a text or bytes: compared with a column of numbers,
    /// a text that looks like a number is one.</summary>
    private bool CanBound(SqliteIndexInfo* info, int constraint, int column)
    {
        if (table.AffinityAt(column) is ColumnAffinity.Numeric or ColumnAffinity.RowId) return true;
        nint value;
        return SqliteNative.ConstraintValue(info, constraint, &value) == SqliteError.Ok && SqliteNative.ValueType(value) is 3 or 4;
    }

    private static string CollationOf(SqliteIndexInfo* info, int constraint) =>
        Marshal.PtrToStringUTF8((nint)SqliteNative.ConstraintCollation(info, constraint))?.ToUpperInvariant() ?? "";

    private static void Use(SqliteIndexInfo* info, int constraint, int column, string collation, List<HistoricArgument> arguments)
    {
        // One value of an IN at a time would be judged by other rules than the whole.
        var isList = SqliteNative.ConstraintIsIn(info, constraint, 1) != 0;
        arguments.Add(new HistoricArgument(column, (Comparison)info->Constraints[constraint].Operator, collation, isList));
        info->Usages[constraint].Argument = arguments.Count;
    }

    private static bool IsBackward(SqliteIndexInfo* info) => info->OrderCount > 0 && info->Order[0].Descending != 0;

    /// <summary>True if rows come in the order asked for.</summary>
    private bool IsInOrder(SqliteIndexInfo* info)
    {
        if (info->OrderCount == 0) return false;
        var first = info->Order[0];
        // What comes after the row number orders nothing more.
        if (first.Column == -1 || table.IsRowId(first.Column)) return first.Descending == 0 || table.HasRowIdKey;
        for (var i = 0; i < info->OrderCount; i++)
        {
            if (i >= table.Key.Count || info->Order[i].Descending != 0 || info->Order[i].Column != table.Key[i]) return false;
            if (!table.IsOrderedLikeKeys(table.Key[i])) return false;
        }

        return true;
    }
}
