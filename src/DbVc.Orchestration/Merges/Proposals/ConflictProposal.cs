using System.Text.Json;
using DbVc.Model;
using DbVc.Store;

namespace DbVc.Orchestration;

/// <summary>What an agent would take where a merge cannot decide. It decides nothing: a person accepts it, or does not.</summary>
/// <param name="Conflict">The conflict's id, and so the values that it was made for.</param>
/// <param name="By">Who proposes: a model's name.</param>
/// <param name="Resolution">What to take.</param>
/// <param name="Reason">Why: one sentence.</param>
public sealed record ConflictProposal(string Conflict, string By, Resolution Resolution, string Reason);

/// <summary>What a person accepted of what was proposed.</summary>
/// <param name="ProposedBy">Whose proposals.</param>
/// <param name="By">The person.</param>
/// <param name="Count">How many.</param>
internal sealed record AcceptedProposals(string ProposedBy, string By, int Count);

/// <summary>The proposals about the conflicts of one merge in the store; the last about a conflict counts.</summary>
internal sealed class ProposalShelf(IRepositoryStore store, string merge)
{
    private readonly string _collection = "proposals/" + merge;

    public Dictionary<string, ConflictProposal> Read()
    {
        var found = new Dictionary<string, ConflictProposal>();
        foreach (var (_, body) in store.ListDocuments(_collection))
        {
            foreach (var proposal in JsonSerializer.Deserialize(body, MergeJson.Default.ConflictProposalArray)!) found[proposal.Conflict] = proposal;
        }

        return found;
    }

    /// <summary>In the place of all that were there.</summary>
    public void Write(IStoreTransaction transaction, IEnumerable<ConflictProposal> proposals)
    {
        transaction.DeleteCollection(_collection);
        foreach (var (page, chunk) in proposals.Chunk(100).Index())
        {
            transaction.PutDocument(_collection, page.ToString("d8", System.Globalization.CultureInfo.InvariantCulture),
                JsonSerializer.SerializeToUtf8Bytes(chunk, MergeJson.Default.ConflictProposalArray));
        }
    }

    public void Remove(IStoreTransaction transaction) => transaction.DeleteCollection(_collection);

    public IEnumerable<(string Collection, string Id)> Documents() => store.ListDocuments(_collection).Select(d => (_collection, d.Key));
}
