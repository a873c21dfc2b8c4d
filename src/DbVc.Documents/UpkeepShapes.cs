using DbVc.Orchestration;

namespace DbVc.Documents;

/// <summary>What keeps a repository whole and small, as documents.</summary>
internal static class UpkeepShapes
{
    public static VerifyDocument ToJson(this VerifyReport report) => new(report.Ok,
        new VerifiedCountsDocument(report.Commits, report.Chunks, report.Bytes),
        Json.List(report.Problems, problem => new VerifyProblemDocument(problem.Kind, problem.Object, problem.Message, problem.Affects)),
        report.Live is { } live ? new LiveStateDocument(live.Count == 0, live.ToJson()) : null, report.LiveCommit, report.IsLiveAtHead);

    public static GcDocument ToJson(this GcReport report) => new(report.DryRun, report.Since, report.Commits, report.Chunks, report.Packs, report.Bytes,
        report.Waiting, report.Expired);

    public static PurgeDocument ToJson(this PurgeReport report) =>
        new(report.Table, report.Digest, report.Commits, report.Versions, report.Head, report.Remaining);

    public static ExportDocument ToJson(this ExportReport report) => new(report.File, report.Commits, report.Chunks, report.Bytes, report.Refs);

    public static ImportDocument ToJson(this ImportReport report) =>
        new(report.Root, report.Database, report.Name, report.Commits, report.Refs, report.Head);

    public static ShadowDocument ToJson(this ShadowReport shadow) => new(shadow.Place, shadow.Bytes, shadow.Commit, shadow.Time, shadow.Behind);

    public static SettingDocument ToJson(this SettingReport setting) => new(setting.Key, setting.Value, setting.IsDefault);

    public static SettingsDocument ToJson(this IEnumerable<SettingReport> settings) => new(Json.List(settings, ToJson));

    public static TrackingDocument ToJson(this TrackingStatus report, TrackingCost? cost = null) => new(report.IsOn ? "triggers" : "none",
        Json.List(report.Tables, table => new TrackedTableDocument(table.Name, table.IsTracked, table.Gap)), report.Pending)
    {
        Cost = cost is null ? null : new TrackingCostDocument(cost.Rows, Json.Number(cost.Slowdown)),
    };

    public static WaitingDocument ToJson(this IEnumerable<Delivery> waiting) => new(Json.List(waiting, delivery => new DeliveryDocument(
        delivery.Notification.Id, delivery.Notification.Event, delivery.Notification.Time, delivery.Notification.Branch, delivery.Target,
        delivery.Attempts, delivery.Next, delivery.Problem)));
}
