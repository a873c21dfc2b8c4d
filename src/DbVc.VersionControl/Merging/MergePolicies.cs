using System.Numerics;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>What happens when both sides gave one cell different values.</summary>
public enum MergePolicy
{
    /// <summary>A person decides.</summary>
    Conflict,

    /// <summary>The source's value wins.</summary>
    Source,

    /// <summary>The target's value wins.</summary>
    Target,

    /// <summary>Both changes are added to the base: 5 → 6 on both sides gives 7. Integers only; overflow is a conflict.</summary>
    Delta,

    /// <summary>The larger number wins.</summary>
    Max,

    /// <summary>The smaller number wins.</summary>
    Min,

    /// <summary>Even equal changes are a conflict.</summary>
    Strict,
}

/// <summary>The policy of each column; <see cref="MergePolicy.Conflict"/> where none is set.</summary>
public sealed class MergePolicies
{
    private readonly Dictionary<(string Table, string Column), MergePolicy> _columns = [];

    /// <summary>Policies from lines such as <c>stock.quantity=delta</c>; later lines win. Throws usage failure <c>policy.invalid</c>.</summary>
    public static MergePolicies Parse(params IEnumerable<string> lines)
    {
        var policies = new MergePolicies();
        foreach (var line in lines)
        {
            var equals = line.IndexOf('=');
            var dot = equals < 0 ? -1 : line.LastIndexOf('.', equals);
            if (dot <= 0 || !Enum.TryParse<MergePolicy>(line.AsSpan(equals + 1).Trim(), ignoreCase: true, out var policy)
                || !Enum.IsDefined(policy) || char.IsAsciiDigit(line[equals + 1]))
            {
                throw new DbVcException(FailureKind.Usage, "policy.invalid", $"'{line}' is not a merge policy.",
                    hint: "Write TABLE.COLUMN=POLICY with one of " + string.Join(", ", Enum.GetNames<MergePolicy>()).ToLowerInvariant() + ".");
            }

            policies._columns[(line[..dot].ToLowerInvariant(), line[(dot + 1)..equals].ToLowerInvariant())] = policy;
        }

        return policies;
    }

    public MergePolicy Find(string table, string column) =>
        _columns.GetValueOrDefault((table.ToLowerInvariant(), column.ToLowerInvariant()), MergePolicy.Conflict);

    /// <summary>True where even equal changes must be looked at cell by cell.</summary>
    internal bool JudgesEqualChanges(string table) =>
        _columns.Any(c => c.Key.Table == table.ToLowerInvariant() && c.Value is (MergePolicy.Delta or MergePolicy.Strict));

    /// <summary>The value a policy gives for a cell that both sides changed; null when it is a conflict after all.</summary>
    internal static Value? Decide(MergePolicy policy, Value? before, Value source, Value target) => policy switch
    {
        MergePolicy.Source => source,
        MergePolicy.Target => target,
        MergePolicy.Delta => Add(before, source, target),
        MergePolicy.Max => Compare(source, target) is { } order ? order >= 0 ? source : target : null,
        MergePolicy.Min => Compare(source, target) is { } order ? order <= 0 ? source : target : null,
        _ => null,
    };

    private static Value? Add(Value? before, Value source, Value target)
    {
        if (before is not { Kind: ValueKind.Integer } start || source.Kind != ValueKind.Integer || target.Kind != ValueKind.Integer) return null;
        var sum = (BigInteger)source.AsInteger + target.AsInteger - start.AsInteger;
        return sum >= long.MinValue && sum <= long.MaxValue ? Value.Integer((long)sum) : null;
    }

    private static int? Compare(Value source, Value target) => (source.Kind, target.Kind) switch
    {
        (ValueKind.Integer, ValueKind.Integer) => source.AsInteger.CompareTo(target.AsInteger),
        (ValueKind.Real, ValueKind.Real) => source.AsReal.CompareTo(target.AsReal),
        (ValueKind.Text, ValueKind.Text) => source.AsBytes.Span.SequenceCompareTo(target.AsBytes.Span),
        _ => null,
    };
}
