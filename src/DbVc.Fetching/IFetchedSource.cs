using DbVc.Pipelines;

namespace DbVc.Fetching;

/// <summary>A source that must be fetched before it can be read: its records become a file of JSON Lines.</summary>
public interface IFetchedSource
{
    /// <summary>
    /// Brings all records into a folder, and goes on where an earlier attempt in the same folder was killed. Throws failures <c>fetch.*</c>; what was
    /// fetched until then stays for the next attempt.
    /// </summary>
    /// <param name="into">Keeps what was fetched so far.</param>
    /// <param name="cancel">Stops it.</param>
    void Fetch(FetchJournal into, CancellationToken cancel);
}

/// <summary>The one place that knows which kinds of fetched sources there are.</summary>
public static class FetchedSources
{
    public static IFetchedSource For(FetchSpec spec, FetchOptions options) => spec switch
    {
        ApiSpec api => new ApiFetch(api, options),
        DatabaseSpec database => new DatabaseFetch(database, options),
        _ => throw new ArgumentOutOfRangeException(nameof(spec)),
    };

    /// <summary>The tables and views of a database that a source may name, in the order of their names.</summary>
    public static IReadOnlyList<string> TablesOf(string location, FetchOptions options) => new DatabaseFetch(new DatabaseSpec(location), options).ListTables();
}
