using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Makes, lists, shows and removes branches.</summary>
internal static class BranchCommand
{
    public static Verb Create() => new("branch", "Work on isolated copies of the database.")
    {
        CreateBranch(),
        List(),
        Show(),
        Rename(),
        Delete(),
        Restore(),
        Fetch(),
        BranchReviewCommand.Create(),
        BranchMergeCommand.Create(),
        BranchApproveCommand.Create(),
        BranchApproveCommand.CreateReject(),
        BranchApproveCommand.CreateOverride(),
        BranchRuleCommand.Create(),
    };

    public static Argument<string> Name() => new("NAME") { Description = "The branch." };

    public static Option<string?> Budget() => new("--budget")
    {
        Description = "How much the branch may become: rows=N,bytes=N,seconds=N, each if you like; k, M and G are understood.",
        HelpName = "LIMITS",
    };

    public static Option<string?> Expires() => new("--expires")
    {
        Description = "When gc may remove it: after 90m, 12h, 7d, 2w, or a date.",
        HelpName = "TIME",
    };

    private static Verb CreateBranch()
    {
        var name = Name();
        var from = new Option<string?>("--from") { Description = "The revision to begin at; otherwise main with its live changes.", HelpName = "REV" };
        var tables = new Option<string[]>("--tables")
        {
            Description = "Only these tables, and those that they need by foreign key or trigger, stand in its database.",
            HelpName = "TABLE,…",
        };
        var (budget, expires) = (Budget(), Expires());
        return new Verb("create", "Make a branch with a database of its own.", "db-vc branch create new-tariffs", "db-vc branch create repair --from HEAD~3",
            "db-vc branch create trial --expires 7d --budget rows=100000,bytes=50M", "db-vc branch create prices --tables tariffs,customers")
        {
            name,
            from,
            tables,
            budget,
            expires,
        }.Answers<BranchDocument>().OnRepository((context, workspace) =>
        {
            var terms = new BranchTerms(context.Get(budget), context.Get(expires)) { Tables = context.Get(tables) ?? [] };
            var branch = workspace.Branches.Create(BranchName.Parse(context.Get(name)), context.Get(from), terms, context.Interrupted);
            context.Output.Line(Piece.Good("✓ "), "Branch ", Piece.Name(branch.Name), " at ", Piece.Id(branch.Head.Short));
            context.Output.Line(Piece.Dim("  its database  "), branch.Database ?? "");
            if (branch.LeftOut.Count > 0) context.Output.Line(Piece.Dim("  left out      "), BranchesView.LeftOut(branch));
            context.Output.Json(branch.ToJson());
            return 0;
        });
    }

    private static Verb Fetch()
    {
        var name = Name();
        var tables = new Argument<string[]>("TABLE") { Description = "A table that was left out.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "Everything that was left out." };
        return new Verb("fetch", "Bring tables that were left out into a branch's database; what is in it stays.",
            "db-vc branch fetch prices orders", "db-vc branch fetch prices --all")
        {
            name,
            tables,
            all,
        }.Answers<BranchDocument>().OnRepository((context, workspace) =>
        {
            var wanted = context.Get(tables) ?? [];
            if (context.Get(all) == wanted.Length > 0)
            {
                throw new DbVcException(FailureKind.Usage, "usage", "Say which tables: TABLE …, or --all.", hint: "db-vc branch fetch --help");
            }

            var branch = workspace.Branches.Fetch(BranchName.Parse(context.Get(name)), wanted);
            context.Output.Line(Piece.Good("✓ "), "The database of branch ", Piece.Name(branch.Name),
                branch.LeftOut.Count == 0 ? " holds every table now" : " still leaves out ", branch.LeftOut.Count == 0 ? "" : BranchesView.LeftOut(branch));
            context.Output.Json(branch.ToJson());
            return 0;
        });
    }

    private static Verb List() => new Verb("list", "List branches.", "db-vc branch list").Answers<BranchesDocument>().OnRepository((context, workspace) =>
    {
        var branches = workspace.Branches.List();
        BranchesView.Write(context.Output, branches);
        context.Output.Json(branches.ToJson());
        return 0;
    });

    private static Verb Show()
    {
        var name = Name();
        return new Verb("show", "Show one branch and where its database is.", "db-vc branch show new-tariffs") { name }
            .Answers<BranchDocument>().OnRepository((context, workspace) =>
        {
            var branch = workspace.Branches.Show(BranchName.Parse(context.Get(name)));
            BranchesView.WriteOne(context.Output, branch);
            var document = branch.ToJson();
            var asked = BranchName.Parse(branch.Name);
            if (!asked.IsMain && workspace.Approvals.Show(asked, BranchName.Main).State is { Needed: > 0 } state)
            {
                ReviewView.WriteApprovals(context.Output, state);
                document = document with { Approvals = state.ToJson() };
            }

            context.Output.Json(document);
            return 0;
        });
    }

    private static Verb Rename()
    {
        var (name, next) = (Name(), new Argument<string>("NEW") { Description = "Its new name." });
        return new Verb("rename", "Give a branch another name; history, database, files and tasks go along.", "db-vc branch rename new-tariffs tariffs-2026")
        {
            name,
            next,
        }.Answers<BranchDocument>().OnRepository((context, workspace) =>
        {
            var before = BranchName.Parse(context.Get(name));
            var branch = workspace.Branches.Rename(before, BranchName.Parse(context.Get(next)), context.Interrupted);
            context.Output.Line(Piece.Good("✓ "), "Branch ", Piece.Name(before.Text), " is ", Piece.Name(branch.Name), " now");
            context.Output.Line(Piece.Dim("  its database  "), branch.Database ?? "");
            context.Output.Json(branch.ToJson());
            return 0;
        });
    }

    private static Verb Delete()
    {
        var name = Name();
        return new Verb("delete", "Remove a branch with its database; its commits stay.", "db-vc branch delete new-tariffs") { name }
            .Answers<DeletedDocument>().OnRepository((context, workspace) =>
            {
                var branch = BranchName.Parse(context.Get(name));
                workspace.Branches.Delete(branch);
                context.Output.Line(Piece.Good("✓ "), "Removed branch ", Piece.Name(branch.Text));
                context.Output.Json(new DeletedDocument(branch.Text));
                return 0;
            });
    }

    private static Verb Restore()
    {
        var name = Name();
        return new Verb("restore", "Bring a deleted branch back to where it was.", "db-vc branch restore new-tariffs") { name }
            .Answers<BranchDocument>().OnRepository((context, workspace) =>
            {
                var branch = workspace.Branches.Restore(BranchName.Parse(context.Get(name)));
                context.Output.Line(Piece.Good("✓ "), "Branch ", Piece.Name(branch.Name), " is back at ", Piece.Id(branch.Head.Short));
                context.Output.Json(branch.ToJson());
                return 0;
            });
    }
}
