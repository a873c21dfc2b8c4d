using System.Globalization;
using DbVc.Pipelines;

namespace DbVc.Fetching;

/// <summary>Knows what the next page begins at, and notices a server that leads round in circles.</summary>
/// <param name="spec">What is asked.</param>
/// <param name="journal">Pages so far.</param>
/// <param name="requests">Knows the host.</param>
internal sealed class ApiPager(ApiSpec spec, FetchJournal journal, ApiRequests requests)
{
    private readonly Dictionary<string, int> _hashes =
        journal.Pages.Select((page, i) => (page.Hash, Number: i + 1)).DistinctBy(p => p.Hash).ToDictionary(p => p.Hash, p => p.Number);


    private readonly HashSet<string> _positions = [.. journal.Pages.Select(p => p.Next).OfType<string>()];

    /// <summary>What the page after this one begins at: a value as JSON, an address, or a number; null when this was the last one. Throws
    /// <c>fetch.repeated</c>, <c>fetch.loop</c> and <c>fetch.next</c>.</summary>
    /// <param name="answer">The page.</param>
    /// <param name="records">Its records.</param>
    /// <param name="hash">Of them.</param>
    /// <param name="total">How many records there are in all, as far as somebody said.</param>
    public string? Next(ApiAnswer answer, IReadOnlyList<ReadOnlyMemory<byte>> records, string hash, long? total)
    {
        var page = journal.Pages.Count + 1;
        if (records.Count > 0 && !_hashes.TryAdd(hash, page))
        {
            throw FetchFailure.Failed("fetch.repeated", $"Page {page} has the same records as page {_hashes[hash]}.", requests.Shown,
                "The server may not know the parameter of the pagination, or repeats its last page: then say \"total\" or \"has_more\".");
        }

        var more = spec.Paging.HasMore is { } path ? answer.Truth(path) : null;
        if (more == false) return null;
        var read = journal.Records + records.Count;
        var next = spec.Paging.Kind switch
        {
            ApiPagingKind.Link => answer.LinkedNext is { } address ? requests.Resolve(answer.Address, address) : null,
            ApiPagingKind.NextUrl => answer.Scalar(spec.Paging.Next!) is { } address ? requests.Resolve(answer.Address, ApiAnswer.Unquote(address)) : null,
            ApiPagingKind.Cursor => answer.Scalar(spec.Paging.Next!),
            _ when records.Count == 0 || read >= total => null,
            // What the server really gave counts, not what was asked for: it may give less than that.
            ApiPagingKind.Offset => read.ToString(CultureInfo.InvariantCulture),
            ApiPagingKind.Page => (spec.Paging.First + page).ToString(CultureInfo.InvariantCulture),
            ApiPagingKind.Keyset => LastValue(records[^1]),
            _ => null,
        };
        if (next is null && more == true && read != total)
        {
            throw FetchFailure.Failed("fetch.next", $"Page {page} says that there is more, and not where.", requests.Shown,
                "Check \"pagination\" in the metadata.");
        }

        if (next is null || _positions.Add(next)) return next;
        // Some servers repeat the last cursor on an empty page.
        return records.Count == 0 ? null : throw FetchFailure.Failed(
            "fetch.loop", $"Page {page} leads back to a page that was read before.", requests.Shown,
            "The server goes round in circles; ask those who run it.");
    }

    private string LastValue(ReadOnlyMemory<byte> record) => ApiAnswer.Scalar(record, spec.Paging.Field!)
        ?? throw FetchFailure.Failed("fetch.next", $"The last record of page {journal.Pages.Count + 1} has no '{spec.Paging.Field}'.", requests.Shown,
            "Check \"field\" of the pagination.");
}
