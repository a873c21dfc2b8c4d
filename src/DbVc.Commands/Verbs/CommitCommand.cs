using System.CommandLine;
using DbVc.Model;

namespace DbVc.Commands;

/// <summary>Commits what the live database or a branch's database holds.</summary>
internal static class CommitCommand
{
    public static Verb Create()
    {
        var message = new Option<string>("--message", "-m") { Description = "What was changed and why.", HelpName = "TEXT", Required = true };
        var branch = new Option<string?>("--branch", "-b") { Description = "Commit this branch's database instead of the live one.", HelpName = "BRANCH" };
        var author = new Option<string?>("--author") { Description = "Who made the change: \"Name <mail>\".", HelpName = "AUTHOR" };
        return new Verb("commit", "Keep what changed in the live database or in a branch's database.",
            "db-vc commit -m \"Correct the prices of June\"", "db-vc commit --branch new-tariffs -m \"Tariffs for 2027\" --author \"Ann <ann@example.com>\"")
        {
            message,
            branch,
            author,
        }.Answers<NewCommitDocument>().Answers<NoCommitDocument>().OnRepository((context, workspace) =>
        {
            var name = Session.Branch(context.Get(branch)) ?? BranchName.Main;
            var by = context.Get(author) is { } text ? AuthorSource.Parse(text, "--author") : null;
            var report = workspace.Branches.Commit(name, context.Get(message)!, by, context.Interrupted);
            if (report.Commit is { } commit)
            {
                context.Output.Line(Piece.Good("✓ "), "Committed ", Piece.Id(commit.Short), " on ", Piece.Name(name.Text));
                ChangesView.Write(context.Output, report.Tables);
            }
            else
            {
                context.Output.Line("Nothing to commit.");
            }

            context.Output.Json(report.ToJson());
            return 0;
        });
    }
}
