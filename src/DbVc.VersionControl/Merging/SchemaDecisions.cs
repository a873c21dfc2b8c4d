using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>A place where definitions contradict each other.</summary>
/// <param name="Place">The table or object, unique in the merge.</param>
/// <param name="Draft">The conflict as a person sees it.</param>
internal sealed record Contradiction(string Place, Conflict Draft);

/// <summary>What was decided about contradictions so far. Each is asked for once.</summary>
internal sealed class SchemaDecisions(ConflictLog conflicts)
{
    private readonly Dictionary<string, Resolution?> _known = [];

    /// <summary>The side that a contradiction is decided for; the target's until somebody decides.</summary>
    public SchemaSide WinnerOf(string place) => _known.GetValueOrDefault(place)?.Kind switch
    {
        ResolutionKind.Source => SchemaSide.Source,
        ResolutionKind.Base => SchemaSide.Base,
        _ => SchemaSide.Target,
    };

    /// <summary>The definition that a person wrote instead of either side's.</summary>
    public string? HandMade(string place) =>
        _known.GetValueOrDefault(place) is { Kind: ResolutionKind.Value, Value: { Kind: ValueKind.Text } text } ? text.AsText : null;

    /// <summary>Contradicted, and nobody decided yet.</summary>
    public bool IsOpen(string place) => _known.TryGetValue(place, out var resolution) && resolution is null;

    /// <summary>True if something was learned that changes the outcome.</summary>
    public bool Settle(IEnumerable<Contradiction> contradictions)
    {
        var learned = false;
        foreach (var (place, draft) in contradictions)
        {
            if (_known.ContainsKey(place)) continue;
            var resolution = conflicts.Resolve(draft);
            _known[place] = resolution;
            learned |= resolution is not null && resolution.Kind != ResolutionKind.Target;
        }

        return learned;
    }
}
