using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Rules about a whole row.</summary>
internal static class RowProposals
{
    /// <summary>One side deleted the row, the other only wrote what is in it in another form.</summary>
    public static Proposed? FormOfDeleted(Conflict conflict, ConflictRows rows)
    {
        if (conflict.Cause is not null || conflict.Base is not { } start || FindDeleter(conflict) is not { } isSource) return null;
        var kept = isSource ? conflict.Target! : conflict.Source!;
        var isForm = kept.All(cell => start.FirstOrDefault(c => c.Name == cell.Name) is { } before
            && (before.Value == cell.Value || ValueForm.AreAlike(before.Value, cell.Value)));
        return isForm ? Proposed.Take(isSource, $"The {Side(!isSource)} only wrote in another form what the {Side(isSource)} deleted.") : null;
    }

    /// <summary>One side deleted what the other changed: what is kept can be deleted again.</summary>
    public static Proposed? KeepChanged(Conflict conflict, ConflictRows rows) =>
        conflict.Cause is null && conflict.Base is not null && FindDeleter(conflict) is { } isSource
            ? Proposed.Take(!isSource, $"The {Side(!isSource)} works with the row that the {Side(isSource)} deleted; a row that is kept can be deleted later.")
            : null;

    private static bool? FindDeleter(Conflict conflict) => (conflict.Source, conflict.Target) switch
    {
        (null, not null) => true,
        (not null, null) => false,
        _ => null,
    };

    private static string Side(bool isSource) => isSource ? "source" : "target";
}
