using DbVc.Agents;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Asks the built-in rules, or a model and the rules where it says nothing.</summary>
internal sealed class Proposers(WorkspaceContext context, string model, CancellationToken cancel)
{
    /// <summary>About each conflict at most one.</summary>
    public IReadOnlyList<ConflictProposal> Ask(MergeRecord merge, IReadOnlyList<Conflict> open)
    {
        var rows = ConflictRows.Of(context, merge);
        var said = model == BuiltinProposer.Name || open.Count == 0 ? [] : AskModel(merge, open).ToDictionary(p => p.Conflict);
        return [.. open.Select(conflict => said.GetValueOrDefault(conflict.Id) ?? BuiltinProposer.Propose(conflict, rows)).OfType<ConflictProposal>()];
    }

    private IEnumerable<ConflictProposal> AskModel(MergeRecord merge, IReadOnlyList<Conflict> open)
    {
        using var opened = context.Models.Open(model, "conflicts-" + merge.Id, _ => { }, mayReuse: false);
        return [.. new ConflictModel(opened.Client, Disclosure.By(context.Configuration.Disclosure)).Ask(open, cancel)
            .Select(p => new ConflictProposal(p.Conflict, model, p.Resolution, p.Reason))];
    }
}
