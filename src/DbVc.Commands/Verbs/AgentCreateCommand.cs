using System.CommandLine;
using DbVc.Model;
using DbVc.Orchestration;

namespace DbVc.Commands;

/// <summary>Starts an agent and watches it to the end.</summary>
internal static class AgentCreateCommand
{
    /// <summary>Where an agent stops.</summary>
    public static Option<string?> Limits() => new("--limits")
    {
        Description = "Where its agent stops: iterations, errors, repairs, tokens, usd, time, rows; else as configured.",
        HelpName = "NAME=AMOUNT,…",
    };

    /// <summary>Whether somebody else does it.</summary>
    public static Option<bool> Detach() => new("--detach") { Description = "Check and keep it now, and leave it to the work in the background (db-vc work)." };

    public static Verb Create()
    {
        var metadata = new Option<string?>("--metadata", "-f") { Description = "The file that describes source, schema and rules.", HelpName = "FILE" };
        var branch = new Option<string?>("--branch", "-b") { Description = "The branch to make; otherwise named after the destination.", HelpName = "BRANCH" };
        var task = new Option<string?>("--task")
        {
            Description = "The task in words; where they name a source, its metadata is read off it; where they name several, a plan is made.",
            HelpName = "TEXT",
        };
        var model = new Option<string?>("--model") { Description = "The model that works; otherwise the configured one.", HelpName = "MODEL" };
        var merge = new Option<bool>("--auto-merge") { Description = "Merge into main when every gate passes." };
        var limits = Limits();
        var detach = Detach();
        var yes = new Option<bool>("--yes", "-y") { Description = "Run a plan of several sources without asking." };
        var (budget, expires) = (BranchCommand.Budget(), BranchCommand.Expires());
        return new Verb("create", "Make a pipeline from metadata, test it, and load its rows into a branch.",
            "db-vc agent create --metadata metadata/users.json --branch agent-users-ingest",
            "db-vc agent create --task \"ingest customers.csv into customers, e-mails must be valid, age between 0 and 120\"",
            "db-vc agent create --task \"load these 3 files of the shop: customers.csv, orders.csv and items.csv\"")
        {
            metadata,
            branch,
            task,
            model,
            merge,
            limits,
            budget,
            expires,
            detach,
            yes,
        }.Reads(metadata).Answers<TaskDocument>().OnRepository(async (context, workspace) =>
        {
            if (context.Get(metadata) is null && context.Get(task) is null)
            {
                throw new DbVcException(FailureKind.Usage, "usage", "An agent needs metadata or a task.", hint: "Give --metadata FILE or --task TEXT.");
            }

            if (context.Get(metadata) is null && BatchDesk.IsLarge(context.Get(task)!))
            {
                if (new Option[] { branch, merge, budget, expires, detach }.FirstOrDefault(context.Has) is { } other)
                {
                    throw new DbVcException(FailureKind.Usage, "usage", $"The task names several sources, and {other.Name} is about one branch.",
                        hint: "Leave it out: each source gets a branch of its own.");
                }

                var plan = Path.GetRelativePath(Environment.CurrentDirectory, workspace.Batches.DraftWords(context.Get(task)!, context.Interrupted));
                var request = new BatchRequest([plan]) { Model = context.Get(model), Limits = context.Get(limits) };
                var left = $"Nothing was run. The plan can be changed and run: db-vc agent run {plan}";
                return await AgentRunCommand.RunAsync(
                    context, workspace, workspace.Batches.Prepare(request, context.Interrupted), null, context.Get(yes), left).ConfigureAwait(false);
            }

            var file = context.Get(metadata) is { } path ? Path.GetFullPath(path) : null;
            var single = new AgentRequest(file, Session.Branch(context.Get(branch)), context.Get(task), context.Get(model), context.Get(merge))
            {
                Limits = context.Get(limits),
                Detach = context.Get(detach),
                Terms = new BranchTerms(context.Get(budget), context.Get(expires)),
            };
            return await AgentView.RunAsync(context, progress => workspace.Agents.Create(single, progress, context.Interrupted)).ConfigureAwait(false);
        });
    }
}
