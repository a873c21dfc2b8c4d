using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Shows the private copy of main, and makes it anew.</summary>
internal static class ShadowCommand
{
    public static Verb Create() => new("shadow", "The private copy of main that branches are cloned from and merges are rehearsed in.")
    {
        new Verb("show", "Show where it is, how large, and at which commit.", "db-vc shadow show")
            .Answers<ShadowDocument>().OnRepository((context, workspace) => Write(context, workspace.Upkeep.ReadShadow())),
        new Verb("rebuild", "Make it anew at main's head.", "db-vc shadow rebuild")
            .Answers<ShadowDocument>().OnRepository((context, workspace) => Write(context, workspace.Upkeep.RebuildShadow())),
    };

    private static int Write(CommandContext context, ShadowReport shadow)
    {
        var size = shadow.Bytes is { } bytes ? Shown.Count(bytes) : "(none yet)";
        var list = new TextTable("", "").Add(Piece.Dim("place"), shadow.Place ?? "").Add(Piece.Dim("bytes"), size);
        if (shadow.Commit is { } commit) list.Add(Piece.Dim("commit"), Piece.Id(commit.ToString()));
        if (shadow.Time is { } time) list.Add(Piece.Dim("of"), Shown.Time(time));
        if (shadow.Behind is { } behind) list.Add(Piece.Dim("behind main"), Shown.Count(behind, "commit"));
        context.Output.List(list);
        context.Output.Json(shadow.ToJson());
        return 0;
    }
}
