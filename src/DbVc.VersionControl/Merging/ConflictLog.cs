using DbVc.Model;

namespace DbVc.VersionControl;

/// <summary>Looks up decisions and keeps what nobody decided.</summary>
internal sealed class ConflictLog(Func<string, Resolution?> decisions)
{
    private readonly List<Conflict> _open = [];

    public IReadOnlyList<Conflict> Open => _open;

    /// <summary>One of the conflicts asked about was decided by keeping both rows.</summary>
    public bool MetBoth { get; set; }

    /// <summary>What was decided about a conflict; null keeps it as open. The draft needs no id.</summary>
    public Resolution? Resolve(Conflict draft)
    {
        var conflict = ConflictFactory.Create(draft);
        var resolution = decisions(conflict.Id);
        if (resolution is null) _open.Add(conflict);
        MetBoth |= resolution?.Kind == ResolutionKind.Both;
        return resolution;
    }

    /// <summary>Forgets what came after the first so many.</summary>
    public void ReturnTo(int count) => _open.RemoveRange(count, _open.Count - count);
}
