using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Shows and changes what it takes to move a branch.</summary>
internal static class BranchRuleCommand
{
    public static Verb Create()
    {
        var name = new Argument<string?>("PATTERN")
        {
            Description = "A branch, or a pattern with * and ?; otherwise all rules are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var (on, off) = (new Option<bool>("--protected") { Description = "Moved by merges that its rules allow, and by nothing else." },
            new Option<bool>("--no-protected") { Description = "Like any other branch." });
        var approvals = new Option<int?>("--approvals") { Description = "How many reviewers must approve.", HelpName = "N" };
        var gates = new Option<string?>("--gates") { Description = "Which branches need passed gates: pipelines, all or none.", HelpName = "WHICH" };
        gates.AcceptOnlyFromAmong("pipelines", "all", "none");
        var (asked, unasked) = (new Option<bool>("--request") { Description = "Merged into by request alone." },
            new Option<bool>("--no-request") { Description = "Merged into with a request or without." });
        return new Verb("rule", "Show or change what it takes to move a branch.",
            "db-vc branch rule", "db-vc branch rule main --approvals 1 --request", "db-vc branch rule \"release/*\" --protected --approvals 2 --gates all")
        {
            name,
            on,
            off,
            approvals,
            gates,
            asked,
            unasked,
        }.Answers<BranchRulesDocument>().Answers<BranchRuleDocument>().OnRepository((context, workspace) =>
        {
            var (isProtected, request) = (Either(context, on, off), Either(context, asked, unasked));
            var isChange = (isProtected ?? request) is not null || context.Get(approvals) is not null || context.Get(gates) is not null;
            if (isChange && context.Get(name) is null) throw Usage("Whose rule?");
            if (!isChange) return List(context.Output, [.. workspace.Access.ListRules().Where(r => context.Get(name) is not { } only || r.Pattern == only)]);
            var rule = workspace.Access.SetRule(new BranchRuleRequest(context.Get(name)!, isProtected, context.Get(approvals), context.Get(gates))
            {
                Request = request,
            });
            context.Output.Line(Piece.Good("✓ "), Piece.Name(rule.Pattern), ": ", Text(rule));
            context.Output.Json(rule.ToJson());
            return 0;
        });
    }

    private static bool? Either(CommandContext context, Option<bool> yes, Option<bool> no)
    {
        if (context.Get(yes) && context.Get(no)) throw Usage($"{yes.Name} and {no.Name} are two different decisions.");
        return context.Get(yes) ? true : context.Get(no) ? false : null;
    }

    private static int List(Output output, IReadOnlyList<BranchRule> rules)
    {
        var table = new TextTable("pattern", "protected", "approvals", "gates", "request");
        foreach (var rule in rules)
        {
            table.Add(Piece.Name(rule.Pattern), rule.Protected ? "yes" : "no", $"{rule.Approvals}",
                rule.Gates == GatesNeeded.None ? Piece.Bad("none") : Json.Name(rule.Gates), rule.Request ? "yes" : "no");
        }

        output.Table(table);
        output.Json(rules.ToJson());
        return 0;
    }

    private static DbVcException Usage(string message) => new(FailureKind.Usage, "usage", message, hint: "db-vc branch rule main --approvals 1");

    private static string Text(BranchRule rule) =>
        $"{(rule.Protected ? "protected" : "not protected")}, {Shown.Count(rule.Approvals, "approval")}, gates of {Json.Name(rule.Gates)}"
        + (rule.Request ? ", by request" : "");
}
