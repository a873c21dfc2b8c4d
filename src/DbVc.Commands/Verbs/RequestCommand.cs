using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Requests to merge a branch: opened, talked about, judged, merged.</summary>
internal static class RequestCommand
{
    public static Verb Create() => new("request", "Ask for the merge of a branch, review it, and merge it.")
    {
        Open(),
        List(),
        Show(),
        RequestCommentCommand.Create(),
        Approve(),
        Changes(),
        Withdraw(),
        Merge(),
    };

    public static Argument<long> Number() => new("N") { Description = "The request's number." };

    private static Verb Open()
    {
        var branch = new Argument<string>("BRANCH") { Description = "The branch that is to be merged." };
        var into = new Option<string?>("--into") { Description = "The branch that receives the changes; otherwise main.", HelpName = "BRANCH" };
        var title = new Option<string?>("--title") { Description = "One line; otherwise that of the newest commit.", HelpName = "TITLE" };
        var text = new Option<string?>("--text") { Description = "What reviewers should know.", HelpName = "TEXT" };
        return new Verb("open", "Open a request: one for each branch and target.",
            "db-vc request open agent-users", "db-vc request open restock --title \"Stock of spring\" --text \"Counted twice; see the wiki.\"")
        {
            branch,
            into,
            title,
            text,
        }.Answers<RequestDocument>().OnRepository((context, workspace) =>
        {
            var target = Session.Branch(context.Get(into)) ?? BranchName.Main;
            var report = workspace.Requests.Open(
                new RequestOpening(BranchName.Parse(context.Get(branch)), target, context.Get(title), context.Get(text)), context.Interrupted);
            context.Output.Line(Piece.Good("✓ "), "Opened request ", Piece.Id($"{report.Brief.Number}"), ": ", report.Brief.Title);
            return Finish(context, report);
        });
    }

    private static Verb List()
    {
        var all = new Option<bool>("--all") { Description = "Those that were merged or withdrawn, too." };
        var branch = new Option<string?>("--branch") { Description = "Only those of this branch, or into it.", HelpName = "BRANCH" };
        return new Verb("list", "List requests.", "db-vc request list", "db-vc request list --all --branch restock") { all, branch }
            .Answers<RequestsDocument>().OnRepository((context, workspace) =>
            {
                var requests = workspace.Requests.List(context.Get(all), Session.Branch(context.Get(branch)));
                if (requests.Count == 0) context.Output.Line(context.Get(all) ? "No requests." : "No open requests.");
                RequestView.Write(context.Output, requests);
                context.Output.Json(requests.ToJson());
                return 0;
            });
    }

    private static Verb Show()
    {
        var number = Number();
        var seen = new Option<bool>("--seen") { Description = "You have looked at it: from here on you are shown what changes." };
        return new Verb("show", "Show a request: what was said, what changed since you looked, and whether everything is there for its merge.",
            "db-vc request show 3", "db-vc request show 3 --seen")
        {
            number,
            seen,
        }.Answers<RequestDocument>().OnRepository((context, workspace) =>
        {
            var report = workspace.Requests.Show(context.Get(number), context.Get(seen), context.Interrupted);
            RequestView.WriteOne(context.Output, report);
            return Finish(context, report);
        });
    }

    private static Verb Approve()
    {
        var number = Number();
        var text = new Option<string?>("--text") { Description = "What you looked at; one line.", HelpName = "TEXT" };
        var head = new Option<string?>("--head")
        {
            Description = "The commit that you looked at: if the branch has another head by now, nothing is approved.",
            HelpName = "REV",
        };
        return new Verb("approve", "Approve a request's branch as it is now; its next commit leaves the approval behind.",
            "db-vc request approve 3", "db-vc request approve 3 --text \"rows checked\" --head 4f1c09d2ab")
        {
            number,
            text,
            head,
        }.Answers<RequestDocument>().OnRepository((context, workspace) => Judged(context, "Approved",
            workspace.Requests.Approve(context.Get(number), context.Get(text), context.Get(head), context.Interrupted)));
    }

    private static Verb Changes()
    {
        var number = Number();
        var text = new Argument<string>("TEXT") { Description = "What has to become otherwise; one line." };
        return new Verb("changes", "Ask for changes: the branch does not come in until it has another head.",
            "db-vc request changes 3 \"ages over 120 are typing errors, not people\"")
        {
            number,
            text,
        }.Answers<RequestDocument>().OnRepository((context, workspace) => Judged(context, "Asked for changes of",
            workspace.Requests.RequestChanges(context.Get(number), context.Get(text), context.Interrupted)));
    }

    private static Verb Withdraw()
    {
        var number = Number();
        return new Verb("withdraw", "Close a request without a merge; its branch stays.", "db-vc request withdraw 3") { number }
            .Answers<RequestDocument>().OnRepository((context, workspace) =>
                Judged(context, "Withdrew", workspace.Requests.Withdraw(context.Get(number), context.Interrupted)));
    }

    private static Verb Merge()
    {
        var number = Number();
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would happen, and change nothing." };
        var policy = new Option<string[]>("--policy")
        {
            Description = "Settle a column's conflicts by a rule, for example stock.quantity=delta.",
            HelpName = "TABLE.COLUMN=RULE",
        };
        var allow = new Option<bool>("--allow-destructive")
        {
            Description = "Let it drop tables or columns, narrow types, or make unique or NOT NULL what is not.",
        };
        return new Verb("merge", "Merge a request's branch, as branch merge does; that closes the request.",
            "db-vc request merge 3", "db-vc request merge 3 --dry-run")
        {
            number,
            dryRun,
            policy,
            allow,
        }.Answers<MergeDocument>().OnRepository((context, workspace) =>
        {
            var (report, target) = workspace.Requests.Merge(
                new RequestMerge(context.Get(number), context.Get(dryRun), context.Get(policy) ?? [], context.Get(allow)), context.Interrupted);
            return MergeView.Finish(context, report, target);
        });
    }

    private static int Judged(CommandContext context, string what, RequestReport report)
    {
        context.Output.Line(Piece.Good("✓ "), what, " request ", Piece.Id($"{report.Brief.Number}"), ": ", Piece.Name(report.Brief.Source), " at ",
            Piece.Id(report.Brief.Head.Short));
        if (report.Approvals is { } approvals) RequestView.WriteVerdicts(context.Output, approvals);
        return Finish(context, report);
    }

    private static int Finish(CommandContext context, RequestReport report)
    {
        context.Output.Json(report.ToJson());
        return 0;
    }
}
