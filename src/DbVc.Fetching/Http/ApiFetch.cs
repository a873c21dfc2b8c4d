using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Fetching;

/// <summary>Fetches an address page by page, and believes the server nothing: a fetch that may lack records is a failure.</summary>
internal sealed class ApiFetch(ApiSpec spec, FetchOptions options) : IFetchedSource
{
    public void Fetch(FetchJournal into, CancellationToken cancel)
    {
        var secrets = new Secrets(options);
        try
        {
            var requests = new ApiRequests(spec, secrets, options.Since);
            using var client = new ApiClient(spec, options, requests, secrets);
            FetchAsync(client, requests, into, cancel).GetAwaiter().GetResult();
        }
        catch (DbVcException failure)
        {
            // A server may put into an address what it was given.
            throw new DbVcException(failure.Kind, failure.Code, secrets.Mask(failure.Message), failure.Where is { } where ? secrets.Mask(where) : null,
                failure.Hint is { } hint ? secrets.Mask(hint) : null);
        }
    }

    private async Task FetchAsync(ApiClient client, ApiRequests requests, FetchJournal journal, CancellationToken cancel)
    {
        var pager = new ApiPager(spec, journal, requests);
        var isFirst = true;
        while (journal.Last is not { Next: null } && !(journal.Records > options.Sample))
        {
            cancel.ThrowIfCancellationRequested();
            client.RequireTime();
            if (journal.Pages.Count >= spec.Limits.Pages) throw TooMuch($"{spec.Limits.Pages} pages", "pages");
            try
            {
                using var answer = await client.AskAsync(journal.Last?.Next, cancel).ConfigureAwait(false);
                Keep(answer, pager, journal);
            }
            catch (DbVcException failure) when (isFirst && journal.Resumed > 0 && failure.Code == "fetch.status")
            {
                // What the next page began at is no longer known there.
                journal.Reset();
                pager = new ApiPager(spec, journal, requests);
            }

            isFirst = false;
        }

        if (journal.Last is { Next: null }) CheckTotal(requests, journal);
    }

    private void Keep(ApiAnswer answer, ApiPager pager, FetchJournal journal)
    {
        var records = answer.Records(spec.Records);
        var hash = ApiAnswer.HashOf(records);
        // The rest of a keyset has a total of its own, so the first one counts.
        var said = spec.Total is { } place ? answer.Number(place) : null;
        var total = spec.Paging.Kind == ApiPagingKind.Keyset ? journal.Last?.Total ?? said : said ?? journal.Last?.Total;
        var next = pager.Next(answer, records, hash, total);
        if (next is null && new ApiMore(spec, answer).Find(records.Count) is { } more) options.Notice?.Invoke(more);
        journal.Add(records, hash, next, total);
        if (journal.Bytes > (long)spec.Limits.Megabytes << 20) throw TooMuch($"{spec.Limits.Megabytes} MiB", "megabytes");
        options.Progress?.Invoke(journal.Pages.Count, journal.Records);
    }

    private void CheckTotal(ApiRequests requests, FetchJournal journal)
    {
        if (spec.Total is null) return;
        if (journal.Last?.Total is not { } total)
        {
            throw FetchFailure.Failed("fetch.total-missing", $"No answer says how many records there are: nothing is at '{spec.Total}'.", requests.Shown,
                "Correct \"total\" in the metadata, or leave it out.");
        }

        if (total == journal.Records) return;
        throw FetchFailure.Failed("fetch.total", FormattableString.Invariant($"The server says {total:N0} records, read were {journal.Records:N0}."),
            requests.Shown, "Records may have changed meanwhile: try again. Else check \"pagination\" in the metadata.");
    }

    private DbVcException TooMuch(string what, string name) => FetchFailure.Refused(
        "fetch.limit", $"The address gives more than {what}.", spec.Address.Text.Split('?')[0],
        $"If that is right, raise \"{name}\" of \"limits\" in the metadata.");
}
