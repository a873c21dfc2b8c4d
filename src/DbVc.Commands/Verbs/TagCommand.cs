using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Names commits, lists the names, removes one.</summary>
internal static class TagCommand
{
    public static Verb Create()
    {
        var name = new Argument<string?>("NAME") { Description = "The tag; without it all tags are listed.", Arity = ArgumentArity.ZeroOrOne };
        var revision = new Argument<string?>("REV") { Description = "The commit it names; otherwise main's head.", Arity = ArgumentArity.ZeroOrOne };
        var delete = new Option<bool>("--delete", "-d") { Description = "Remove the tag; the commit stays." };
        return new Verb("tag", "Give a commit a name that stays, list such names, or remove one.",
            "db-vc tag", "db-vc tag release-1", "db-vc tag before-import HEAD~3", "db-vc tag -d before-import")
        {
            name,
            revision,
            delete,
        }.Answers<TagsDocument>().Answers<TagDocument>().Answers<DeletedDocument>()
            .OnRepository((context, workspace) => (context.Get(name), context.Get(delete)) switch
        {
            (null, false) => List(context.Output, workspace.Tags.List()),
            (null, true) => throw new DbVcException(FailureKind.Usage, "usage", "Which tag is to be removed?", hint: "db-vc tag -d NAME"),
            ({ } tag, true) => Delete(context.Output, workspace, TagName.Parse(tag)),
            ({ } tag, false) => Created(context.Output, workspace.Tags.Create(TagName.Parse(tag), context.Get(revision) ?? "HEAD")),
        });
    }

    private static int List(Output output, IReadOnlyList<TagReport> tags)
    {
        var list = new TextTable("", "", "", "");
        foreach (var tag in tags)
        {
            list.Add(Piece.Name(tag.Name), Piece.Id(tag.Commit.Id.Short), Piece.Dim(Shown.Time(tag.Commit.Commit.Time)),
                Shown.Title(tag.Commit.Commit.Message));
        }

        if (tags.Count == 0) output.Line("No tags.");
        output.List(list);
        output.Json(tags.ToJson());
        return 0;
    }

    private static int Created(Output output, TagReport tag)
    {
        output.Line(Piece.Good("✓ "), "Tag ", Piece.Name(tag.Name), " names ", Piece.Id(tag.Commit.Id.Short), " ", Shown.Title(tag.Commit.Commit.Message));
        output.Json(tag.ToJson());
        return 0;
    }

    private static int Delete(Output output, Workspace workspace, TagName name)
    {
        workspace.Tags.Delete(name);
        output.Line(Piece.Good("✓ "), "Removed tag ", Piece.Name(name.Text));
        output.Json(new DeletedDocument(name.Text));
        return 0;
    }
}
