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
        Assert.True(matrix.Expected(source) == line, $"{source}\n{matrix.Expected(source)} was expected, but it is\n{line}\n\n{string.Join("\n\n", problems)}");
    }

    /// <summary>The sign of the outcome; what is remarkable about it goes to the problems.</summary>
    private char Merge(MatrixChange source, MatrixChange target, List<string> problems)
    {
        var place = $"{source.Name} into {target.Name}";
        try
        {
            var outcome = Run(source, target, _ => null);
            if (outcome.Conflicts.Count > 0) return Conflict(source, target, outcome, problems);
            if (source == target) return Gives(place, target, outcome.Merged, [() => matrix.DumpState(target)], problems) ? '=' : '#';
            return Gives(place, target, outcome.Merged, [() => matrix.DumpInTurn(target, source), () => matrix.DumpInTurn(source, target)], problems)
                ? '+' : '#';
        }
        catch (Exception failure) when (failure is DbVcException or InvalidOperationException)
        {
            problems.Add($"{place}: {failure}");
            return '?';
        }
    }

    /// <summary>Decided for a side, a conflict gives that side: neither loses what it has.</summary>
    private char Conflict(MatrixChange source, MatrixChange target, MergeOutcome outcome, List<string> problems)
    {
        var sign = outcome.Conflicts.All(c => c.Kind == ConflictKind.Schema) ? '!' : 'r';
        foreach (var (kind, winner) in new[] { (ResolutionKind.Source, source), (ResolutionKind.Target, target) })
        {
            var resolved = Run(source, target, _ => new Resolution(kind));
            if (resolved.Conflicts.Count > 0) throw new InvalidOperationException($"decided for {kind} it is still open");
            var place = $"{source.Name} into {target.Name}, decided for {kind}";
            if (!Gives(place, target, resolved.Merged, [() => matrix.DumpState(winner)], problems)) sign = '~';
        }

        return sign;
    }

    private MergeOutcome Run(MatrixChange source, MatrixChange target, Func<string, Resolution?> decisions) =>
        new ThreeWayMerge(matrix.Chunks, MergePolicies.Parse(), decisions) { Dialect = matrix.Dialect }
            .Run(matrix.Base, matrix.State(source), matrix.State(target));

    /// <summary>Applies the merged state to the target's database; true if it then holds one of the expected states.</summary>
    private bool Gives(string place, MatrixChange target, Snapshot merged, Func<string?>[] expected, List<string> problems)
    {
        var (dump, captured) = matrix.Apply(target, merged);
        if (captured != merged) throw new InvalidOperationException("a capture of the merged database is not the merged snapshot");
        if (expected.Any(e => e() == dump)) return true;
        problems.Add($"{place}: expected\n{expected[0]()}\nbut was\n{dump}");
        return false;
    }
}
