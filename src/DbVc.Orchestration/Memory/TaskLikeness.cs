using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>How alike two tasks are: by what their metadata asks for, piece by piece.</summary>
internal static class TaskLikeness
{
    /// <summary>The share of all pieces of both that both have, from which on they are very similar.</summary>
    private const double VerySimilar = 0.6;

    /// <summary>Fields with their types, rules and steps in their one wording.</summary>
    public static IReadOnlyList<string> PiecesOf(PipelineSpec spec) =>
    [
        .. spec.Fields.Select(f => $"{f.Name.ToLowerInvariant()}: {f.Type}").Concat(spec.Rules.Where(r => !r.FromSchema).Select(r => r.Text))
            .Concat(spec.Operations.Select(o => o.Text)).Distinct(StringComparer.Ordinal),
    ];

    public static bool AreVerySimilar(IReadOnlyList<string> one, IReadOnlyList<string> other)
    {
        var shared = one.Intersect(other, StringComparer.Ordinal).Count();
        return shared > 0 && shared >= VerySimilar * (one.Count + other.Count - shared);
    }
}
