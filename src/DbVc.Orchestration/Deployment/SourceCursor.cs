using System.Text.Json;
using DbVc.Fetching;
using DbVc.Model;
using DbVc.VersionControl;

namespace DbVc.Orchestration;

/// <summary>
/// How far an incremental source was loaded: <c>state/cursor.json</c> among the pipeline's files, so that it is merged, taken back and blamed with the
/// rows. Two branches that went on from the same place to different ones meet in a conflict.
/// </summary>
internal static class SourceCursor
{
    private const string FileName = "cursor.json";

    /// <summary>The cursor that a commit knows; null where nothing was loaded yet, or by another field.</summary>
    public static FetchedCursor? Find(SnapshotReader snapshot, string pipeline, string? field)
    {
        if (field is null || snapshot.ReadFile($"pipelines/{pipeline}/{Checkout.StateFolder}/{FileName}") is not { } bytes) return null;
        try
        {
            return FetchedCursor.Parse(bytes.Span) is { } cursor && cursor.Cursor == field ? cursor : null;
        }
        catch (JsonException failure)
        {
            throw new DbVcException(FailureKind.Failed, "pipeline.state", "How far the pipeline's source was loaded cannot be read.",
                $"{Checkout.StateFolder}/{FileName}", "Put the file back as it was: db-vc log, db-vc revert.", failure);
        }
    }

    /// <summary>Writes it among the files of a branch.</summary>
    public static void Write(Checkout checkout, FetchedCursor cursor)
    {
        var folder = Path.Combine(checkout.Folder, Checkout.StateFolder);
        Directory.CreateDirectory(folder);
        WholeFile.Write(Path.Combine(folder, FileName), cursor.ToBytes());
    }
}
