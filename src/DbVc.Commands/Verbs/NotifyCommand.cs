using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Notifications that have not arrived, and whether they would.</summary>
internal static class NotifyCommand
{
    public static Verb Create() => new("notify", "See and send notifications that have not arrived.")
    {
        new Verb("list", "List what has not arrived.", "db-vc notify list").Answers<WaitingDocument>().OnRepository((context, workspace) =>
            Write(context, workspace.Outbox.List(), 0, "Nothing waits to be sent.")),
        new Verb("send", "Send again what has not arrived.", "db-vc notify send").Answers<WaitingDocument>().OnRepository((context, workspace) =>
        {
            var before = workspace.Outbox.List().Count;
            return Write(context, workspace.Outbox.SendAll(context.Interrupted), (int)FailureKind.Failed,
                before == 0 ? "Nothing waited to be sent." : $"{Shown.Count(before, "notification")} sent; nothing waits any more.");
        }),
        new Verb("test", "Send a notification that is only a test.", "db-vc notify test").Answers<WaitingDocument>().OnRepository((context, workspace) =>
            Write(context, workspace.Outbox.Test(context.Interrupted), (int)FailureKind.Failed, "The test has arrived.")),
    };

    private static int Write(CommandContext context, IReadOnlyList<Delivery> waiting, int exitCode, string whenNone)
    {
        context.Output.Json(waiting.ToJson());
        var table = new TextTable("event", "of", "to", "tried", "next", "problem");
        foreach (var delivery in waiting)
        {
            table.Add(delivery.Notification.Event, delivery.Notification.Branch ?? "", Shown.Cut(delivery.Target, 50), Shown.Count(delivery.Attempts),
                delivery.Next is { } next ? Shown.Time(next) : Piece.Bad("given up"), delivery.Problem ?? "");
        }

        if (waiting.Count == 0) context.Output.Line(Piece.Good("✓ "), whenNone);
        context.Output.Table(table);
        return waiting.Count == 0 ? 0 : exitCode;
    }
}
