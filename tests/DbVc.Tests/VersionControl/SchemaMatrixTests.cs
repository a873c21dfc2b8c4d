using DbVc.Model;
using DbVc.VersionControl;
using Xunit;

namespace DbVc.Tests;

/// <summary>Every kind of change against every kind of change, on a real database with data in it.</summary>
public sealed class SchemaMatrixTests(SchemaMatrix matrix) : IClassFixture<SchemaMatrix>
{
    public static TheoryData<string> Sources => [.. SchemaMatrix.ReadChanges().Select(c => c.Name)];

    [Theory]
    [MemberData(nameof(Sources))]
    public void Every_change_merged_into_every_other_gives_what_the_matrix_says(string source)
    {
        var change = matrix.Changes.Single(c => c.Name == source);
        var problems = new List<string>();
        var line = string.Concat(matrix.Changes.Select(target => Merge(change, target, problems)));
        Assert.True(problems.Count == 0, $"{source} {line}\n" + string.Join("\n\n", problems));
        Assert.Equal(matrix.Expected(source), line);
    }

    /// <summary>The sign of the outcome; whatever is wrong with it goes to the problems.</summary>
    private char Merge(MatrixChange source, MatrixChange target, List<string> problems)
    {
        try
        {
            var outcome = Run(source, target, _ => null);
            if (outcome.Conflicts.Count > 0) return Conflict(source, target, outcome, problems);
            string?[] expected = source == target ? [matrix.DumpState(target)] : [matrix.DumpInTurn(target, source), matrix.DumpInTurn(source, target)];
            Check($"{source.Name} into {target.Name}", target, outcome.Merged, expected, problems);
            return source == target ? '=' : '+';
        }
        catch (Exception failure) when (failure is DbVcException or InvalidOperationException)
        {
            problems.Add($"{source.Name} into {target.Name}: {failure}");
            return '?';
        }
    }

    /// <summary>Decided for a side, a conflict gives that side: neither loses what it has.</summary>
    private char Conflict(MatrixChange source, MatrixChange target, MergeOutcome outcome, List<string> problems)
    {
        foreach (var (kind, winner) in new[] { (ResolutionKind.Source, source), (ResolutionKind.Target, target) })
        {
            var resolved = Run(source, target, _ => new Resolution(kind));
            var place = $"{source.Name} into {target.Name}, decided for {kind}";
            if (resolved.Conflicts.Count > 0) problems.Add($"{place}: still open");
            else Check(place, target, resolved.Merged, [matrix.DumpState(winner)], problems);
        }

        return outcome.Conflicts.All(c => c.Kind == ConflictKind.Schema) ? '!' : 'r';
    }

    private MergeOutcome Run(MatrixChange source, MatrixChange target, Func<string, Resolution?> decisions) =>
        new ThreeWayMerge(matrix.Chunks, MergePolicies.Parse(), decisions) { Dialect = matrix.Dialect }.Run(matrix.Base, matrix.State(source), matrix.State(target));

    private void Check(string place, MatrixChange target, Snapshot merged, string?[] expected, List<string> problems)
    {
        var (dump, captured) = matrix.Apply(target, merged);
        if (!expected.Contains(dump)) problems.Add($"{place}: expected\n{expected[0] ?? expected[^1]}\nbut was\n{dump}");
        if (captured != merged) problems.Add($"{place}: a capture of the merged database is not the merged snapshot");
    }
}
