using System.Text.Unicode;
using DbVc.Model;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>A rule that a row breaks, as reports name it.</summary>
/// <param name="Field">Empty for a rule over several fields.</param>
/// <param name="Rule">The rule's name.</param>
/// <param name="Message">For a person.</param>
public sealed record BrokenRule(string Field, string Rule, string Message);

/// <summary>A rule that the host judges by something of its own: keys that it keeps in a set, or its clock.</summary>
/// <param name="Rule">As declared.</param>
/// <param name="Broken">What to report for a row that breaks it.</param>
/// <param name="Columns">The columns of the key.</param>
/// <param name="Types">What the columns of the key hold.</param>
public sealed record KeyFields(PipelineRule Rule, BrokenRule Broken, IReadOnlyList<int> Columns, IReadOnlyList<FieldType> Types)
{
    /// <summary>Whether keys with NULL can be duplicates; goes to the constructor of <see cref="UniqueSet"/>.</summary>
    public bool NullsAreEqual => Rule.NullsAreEqual;

    internal static KeyFields Of(PipelineRule rule, Func<PipelineField, int> indexOf) =>
        new(rule, rule.AsBroken(), [.. rule.JudgedFields.Select(indexOf)], [.. rule.JudgedFields.Select(f => f.Type)]);
}

/// <summary>
/// Checks finished rows against the declared rules on the host's side, whatever the generated code said about them.
/// Allocates nothing per row. Not for use by several threads at once.
/// </summary>
public sealed class RowChecker
{
    private readonly (CellKind Kind, FieldType Type, BrokenRule Broken)[] _columns;
    private readonly (ConditionTest Test, PipelineRule Rule, BrokenRule Broken)[] _rejecting;
    private readonly (ConditionTest Test, PipelineRule Rule, BrokenRule Broken)[] _dropping;

    /// <summary>Prepares the checks of a pipeline.</summary>
    public RowChecker(PipelineSpec spec)
    {
        var filled = spec.FilledFields;
        var index = filled.Select((f, i) => (f.Name, i)).ToDictionary(f => f.Name, f => f.i);
        _columns = [.. filled.Select(f => (f.CellKind, f.Type, new BrokenRule(f.Name, "type", $"{f.Name} must be {FieldTypes.Describe(f.Type)}")))];
        var rules = spec.CheckedRules;
        _rejecting = [.. rules.Where(r => !r.IsUnique && r.Rejects).Select(Prepare)];
        _dropping = [.. rules.Where(r => !r.IsUnique && r.Drops).Select(Prepare)];
        Uniques = [.. rules.Where(r => r.IsUnique).Select(r => KeyFields.Of(r, f => index[f.Name]))];
        LoadRules = [.. spec.LoadRules.Select(r => KeyFields.Of(r, f => index[f.Name]))];
        Tally = new RuleTally([.. rules, .. spec.LoadRules], f => index[f.Name]);

        (ConditionTest, PipelineRule, BrokenRule) Prepare(PipelineRule rule) =>
            (ConditionTest.Build(rule.Condition!, f => index[f.Name]), rule, rule.AsBroken());
    }

    /// <summary>The rules about duplicates.</summary>
    public IReadOnlyList<KeyFields> Uniques { get; }

    /// <summary>The rules that only who loads the rows can judge.</summary>
    public IReadOnlyList<KeyFields> LoadRules { get; }

    /// <summary>What became of each rule, for the rows that were noted in it.</summary>
    public RuleTally Tally { get; }

    /// <summary>The first type or rule that the row breaks so that it must not be loaded; null when it may be.</summary>
    public BrokenRule? FindBroken(IRowView row)
    {
        for (var i = 0; i < _columns.Length; i++)
        {
            ref var column = ref _columns[i];
            if (row.KindAt(i) is { } kind && (kind != column.Kind || !IsValue(row, i, column.Type))) return column.Broken;
        }

        foreach (ref var rule in _rejecting.AsSpan())
        {
            if (!rule.Test.Passes(row)) return rule.Broken;
        }

        foreach (ref var rule in _dropping.AsSpan())
        {
            if (!rule.Test.Passes(row)) return rule.Broken;
        }

        return null;
    }

    /// <summary>The first rule by which a row is left out; null when no rule does.</summary>
    public PipelineRule? FindDropping(IRowView row)
    {
        foreach (ref var rule in _dropping.AsSpan())
        {
            if (!rule.Test.Passes(row)) return rule.Rule;
        }

        return null;
    }

    /// <summary>The row's key for a rule about duplicates.</summary>
    public static UniqueKey KeyOf(KeyFields unique, IRowView row)
    {
        var key = UniqueKey.Start();
        for (var i = 0; i < unique.Columns.Count; i++) AddCell(ref key, unique.Types[i], row, unique.Columns[i]);

        return key;
    }

    /// <summary>Adds a cell to a key.</summary>
    public static void AddCell(ref UniqueKey key, FieldType type, IRowView row, int column)
    {
        switch (row.KindAt(column))
        {
            case null:
                key.AddNull();
                break;
            case CellKind.Integer:
                key.Add((long?)row.Integer(column));
                break;
            case CellKind.Real:
                key.Add((double?)row.Real(column));
                break;
            default:
                var bytes = row.Bytes(column);
                // The generated code compares times, which have no zone; not every engine keeps the Z either.
                key.AddBytes(type == FieldType.Timestamp && bytes is [.. var time, (byte)'Z'] ? time : bytes);
                break;
        }
    }

    private static bool IsValue(IRowView row, int column, FieldType type) => type switch
    {
        FieldType.Integer => true,
        FieldType.Boolean => row.Integer(column) is 0 or 1,
        FieldType.Real => double.IsFinite(row.Real(column)),
        FieldType.Decimal => Cells.IsCanonicalDecimal(row.Bytes(column)),
        FieldType.Date => Cells.IsCanonicalDate(row.Bytes(column)),
        FieldType.Timestamp => Cells.IsCanonicalTimestamp(row.Bytes(column)),
        _ => Utf8.IsValid(row.Bytes(column)),
    };
}
