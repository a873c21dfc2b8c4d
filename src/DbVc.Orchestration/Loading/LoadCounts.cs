using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>What became of the records of a run.</summary>
internal static class LoadCounts
{
    /// <summary>Only the database knows which keys it had: that is seen from by how many rows the table grew.</summary>
    public static RowCounts Of(PipelineSpec spec, RunSummary summary, RowLoader loader, long added)
    {
        var (loaded, filtered) = (loader.Loaded, loader.Omitted + loader.Unexplained);
        var there = Math.Max(0, loaded - added);
        return spec.Destination.Disposition switch
        {
            Disposition.Upsert => new RowCounts(summary.Records, loaded, loader.Rejections, filtered) { Replaced = there },
            Disposition.InsertOnly => new RowCounts(summary.Records, loaded - there, loader.Rejections, filtered + there) { Kept = there },
            _ => new RowCounts(summary.Records, loaded, loader.Rejections, filtered + loader.Kept) { Kept = loader.Kept },
        };
    }
}
