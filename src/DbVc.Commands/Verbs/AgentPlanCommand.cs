using System.CommandLine;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Makes a plan of many sources, to be looked at and run.</summary>
internal static class AgentPlanCommand
{
    public static Verb Create()
    {
        var sources = new Argument<string[]>("SOURCE")
        {
            Description = "Files, folders, patterns such as 'data/*.csv', or addresses.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var task = new Option<string?>("--task") { Description = "The same in words.", HelpName = "TEXT" };
        var file = new Option<string?>("--out", "-o") { Description = "Write the plan to this file, and metadata beside it.", HelpName = "FILE" };
        var force = new Option<bool>("--force") { Description = "Write over files that are there." };
        return new Verb("plan", "Split one large request into tasks: metadata read off each source, what refers to what, and the order.",
            "db-vc agent plan data --out plan.yaml", "db-vc agent plan --task \"load these 3 files of the shop: customers.csv, orders.csv and items.csv\"")
        { sources, task, file, force }.Reads(sources).Makes(file).Answers<BatchDocument>().OnRepository((context, workspace) =>
        {
            var plan = workspace.Batches.Draft(new DraftRequest(context.Get(sources) ?? [])
            {
                Task = context.Get(task),
                Out = context.Get(file),
                Overwrites = context.Get(force),
            }, context.Interrupted);
            BatchTable.WritePlan(context.Output, plan);
            var next = context.Get(file) is { } written ? $"Next: db-vc agent run {written}" : "Nothing was written; --out plan.yaml writes it.";
            context.Output.Line(Piece.Dim(next));
            context.Output.Json(plan.ToJson());
            return 0;
        });
    }
}
