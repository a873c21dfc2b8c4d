using System.Text.RegularExpressions;
using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>What happens when both sides gave one cell different values.</summary>
public enum MergePolicy
{
    /// <summary>A person decides.</summary>
    Conflict,

    /// <summary>Both changes are added to the base: 5 → 6 on both sides gives 7. Overflow, and meeting its own cherry-pick, is a conflict.</summary>
    Delta,

    /// <summary>The larger value of one kind wins.</summary>
    Max,

    /// <summary>The smaller value of one kind wins.</summary>
    Min,

    /// <summary>A set, as a JSON array or delimited text: what either side added is in, what either side removed is out.</summary>
    Union,

    /// <summary>The source's value wins.</summary>
    Source,

    /// <summary>The target's value wins.</summary>
    Target,

    /// <summary>The side whose last commit that touched the cell is the later one wins.</summary>
    Latest,

    /// <summary>Even equal changes are a conflict.</summary>
    Strict,

    /// <summary>For a key column of integers: the same new key on both sides means two rows, and the source's gets another key.</summary>
    Rekey,
}

/// <summary>A policy as somebody wrote it.</summary>
/// <param name="Text">For example <c>stock.quantity=delta</c> or <c>posts.tags=union(;)</c>.</param>
/// <param name="Where">File and line; null for the command line.</param>
public sealed record PolicyLine(string Text, string? Where = null);

/// <summary>The policy of one column.</summary>
/// <param name="Kind">What decides.</param>
/// <param name="Delimiter">Between the elements of a set in text; null finds it out from the values.</param>
public readonly record struct ColumnPolicy(MergePolicy Kind, string? Delimiter = null);

/// <summary>
/// The policy of each column; <see cref="MergePolicy.Conflict"/> where none is set. Policies come from the configuration and the command line,
/// never from a branch, so no branch changes the rules it is judged by.
/// </summary>
public sealed partial class MergePolicies
{
    private readonly Dictionary<(string Table, string Column), (ColumnPolicy Policy, PolicyLine Line)> _columns = [];

    /// <summary>Policies from lines such as <c>stock.quantity=delta</c>; later lines win. Throws usage failure <c>policy.invalid</c>.</summary>
    public static MergePolicies Parse(params IEnumerable<string> lines) => Parse(lines.Select(line => new PolicyLine(line)));

    /// <summary>The same for lines that know where they were written.</summary>
    public static MergePolicies Parse(IEnumerable<PolicyLine> lines)
    {
        var policies = new MergePolicies();
        foreach (var line in lines)
        {
            var match = Shape().Match(line.Text);
            if (!match.Success || !Enum.TryParse<MergePolicy>(match.Groups["policy"].Value, ignoreCase: true, out var kind)
                || (match.Groups["delimiter"].Success && kind != MergePolicy.Union))
            {
                throw new DbVcException(FailureKind.Usage, "policy.invalid", $"'{line.Text}' is not a merge policy.", line.Where,
                    "Write TABLE.COLUMN=POLICY with one of " + string.Join(", ", Enum.GetNames<MergePolicy>()).ToLowerInvariant()
                    + "; union may name what stands between elements: union(;).");
            }

            var delimiter = match.Groups["delimiter"].Success
                ? match.Groups["delimiter"].Value.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\t", "\t", StringComparison.Ordinal)
                : null;
            policies._columns[Key(match.Groups["table"].Value, match.Groups["column"].Value)] = (new ColumnPolicy(kind, delimiter), line);
        }

        return policies;
    }

    /// <summary>True if no column has a policy.</summary>
    public bool IsEmpty => _columns.Count == 0;

    /// <summary>The policy of a column; upper and lower case are alike.</summary>
    public ColumnPolicy Find(string table, string column) => _columns.GetValueOrDefault(Key(table, column)).Policy;

    /// <summary>Throws usage failures <c>policy.no-table</c>, <c>policy.no-column</c>, <c>policy.no-key</c> for a policy that can never apply.</summary>
    public void Check(IReadOnlyCollection<TableSchema> tables)
    {
        foreach (var ((tableName, columnName), (policy, line)) in _columns)
        {
            var found = tables.Where(t => string.Equals(t.Name, tableName, StringComparison.OrdinalIgnoreCase)).ToList();
            if (found.Count == 0)
            {
                throw Wrong("policy.no-table", $"The merge policy '{line.Text}' is for a table that does not exist.", line,
                    "Tables: " + string.Join(", ", tables.Select(t => t.Name).Distinct().Order(StringComparer.Ordinal).Take(20)) + ".");
            }

            if (!found.Exists(t => t.FindColumn(columnName) is { Generated: false }))
            {
                throw Wrong("policy.no-column", $"The merge policy '{line.Text}' is for a column that '{found[0].Name}' does not have.", line,
                    "Columns: " + string.Join(", ", found[0].StoredColumns.Select(c => c.Name).Take(20)) + ".");
            }

            if (policy.Kind == MergePolicy.Rekey && !found.Exists(t => t.PrimaryKey.Contains(columnName, StringComparer.OrdinalIgnoreCase)))
            {
                throw Wrong("policy.no-key", $"'{line.Text}': only a column of the primary key can get new keys.", line,
                    $"The key of '{found[0].Name}' is ({string.Join(", ", found[0].PrimaryKey)}).");
            }
        }
    }

    /// <summary>The same policies, which hold under the merged names too where one side renamed a table or column.</summary>
    internal MergePolicies Follow(IReadOnlyList<TableSides> tables)
    {
        if (IsEmpty) return this;
        var policies = new MergePolicies();
        foreach (var (column, policy) in _columns) policies._columns[column] = policy;
        foreach (var (table, column) in tables.Where(t => t.Definition is not null).SelectMany(t => t.Definition!.Columns.Select(c => (t.Definition, c))))
        {
            foreach (var side in new[] { SchemaSide.Target, SchemaSide.Source, SchemaSide.Base })
            {
                var own = table.Triple.On(side)?.Schema;
                if (own?.Columns.FirstOrDefault(c => c.Id == column.On(side)) is not { } known) continue;
                if (!_columns.TryGetValue(Key(own.Name, known.Name), out var policy)) continue;
                policies._columns.TryAdd(Key(table.Schema!.Name, column.Column.Name), policy);
            }
        }

        return policies;
    }

    /// <summary>True where even equal changes must be looked at cell by cell.</summary>
    internal bool JudgesEqualChanges(string table) =>
        _columns.Any(c => c.Key.Table == Fold(table) && c.Value.Policy.Kind is MergePolicy.Delta or MergePolicy.Strict);

    private static DbVcException Wrong(string code, string message, PolicyLine line, string hint) =>
        new(FailureKind.Usage, code, message, line.Where, hint);

    private static (string Table, string Column) Key(string table, string column) => (Fold(table), Fold(column));

    private static string Fold(string name) => name.ToLowerInvariant();

    [GeneratedRegex(@"^(?<table>.+)\.(?<column>.+)=\s*(?<policy>[A-Za-z]+)\s*(\((?<delimiter>.+)\))?\s*$", RegexOptions.Singleline)]
    private static partial Regex Shape();
}
