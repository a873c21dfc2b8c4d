using DbVc.Databases;
using DbVc.Model;

namespace DbVc.Orchestration;

/// <summary>Keeps the repository's invariants, and says whether they hold.</summary>
public sealed class InvariantDesk
{
    private const int MaxRows = 20;
    private const int MaxNameLength = 100;

    private readonly WorkspaceContext _context;
    private readonly HistoryReader _history;

    internal InvariantDesk(WorkspaceContext context, HistoryReader history) => (_context, _history) = (context, history);

    /// <summary>All of them, by name.</summary>
    public IReadOnlyList<Invariant> List() => _context.Live.Invariants.ReadAll();

    /// <summary>
    /// Adds an invariant; it holds for every merge, rollback and other publishing from now on. Throws <c>invariant.exists</c>,
    /// <c>invariant.name</c>, and the failures of a query that does not parse or does not only read.
    /// </summary>
    public void Add(Invariant invariant)
    {
        if (invariant.Name.Length is 0 or > MaxNameLength || invariant.Name.Any(char.IsControl) || invariant.Name != invariant.Name.Trim())
        {
            throw new DbVcException(FailureKind.Usage, "invariant.name", $"'{invariant.Name}' cannot be the name of an invariant.",
                hint: $"Use one to {MaxNameLength} characters on one line.");
        }

        if (_context.Live.Invariants.Find(invariant.Name) is not null)
        {
            throw new DbVcException(FailureKind.Usage, "invariant.exists", $"There is an invariant '{invariant.Name}' already.",
                hint: "Choose another name, or remove it first: db-vc invariant remove NAME.");
        }

        using var database = _context.Publisher.Open(BranchName.Main);
        // Preparing it shows whether it parses and only reads; it is not run here.
        database.Query(invariant.Sql, new QueryLimits(1, _context.Live.InvariantTime)).Dispose();
        _context.Live.Invariants.Put(invariant);
    }

    /// <summary>Throws usage failure <c>invariant.missing</c>.</summary>
    public void Remove(string name)
    {
        if (_context.Live.Invariants.Find(name) is null)
        {
            throw new DbVcException(FailureKind.Usage, "invariant.missing", $"There is no invariant '{name}'.", hint: "db-vc invariant list shows them.");
        }

        _context.Live.Invariants.Remove(name);
    }

    /// <summary>Runs all invariants on the live database, or on a revision.</summary>
    public IReadOnlyList<InvariantResult> Check(string? revision) => [.. List().Select(invariant => Check(invariant, revision))];

    private InvariantResult Check(Invariant invariant, string? revision)
    {
        try
        {
            using var answer = _history.Query(new QueryRequest(invariant.Sql, revision, null, int.MaxValue) { MaxTime = _context.Live.InvariantTime });
            var rows = answer.Rows.Take(MaxRows + 1)
                .Select(row => (IReadOnlyList<NamedValue>)[.. answer.Columns.Zip(row, (column, value) => new NamedValue(column.Name, value))]).ToList();
            return new InvariantResult(invariant, [.. rows.Take(MaxRows)], rows.Count > MaxRows, null);
        }
        catch (DbVcException failure) when (failure.Code.StartsWith("query.", StringComparison.Ordinal))
        {
            var error = failure.Code == "query.limit" ? $"It did not end within {_context.Live.InvariantTime.TotalSeconds:0.###} seconds." : failure.Message;
            return new InvariantResult(invariant, [], false, error);
        }
    }
}

/// <summary>Whether one invariant holds.</summary>
/// <param name="Rows">The first rows that it returns, and should not.</param>
/// <param name="Truncated">There are more.</param>
/// <param name="Error">Why it could not be run.</param>
public sealed record InvariantResult(Invariant Invariant, IReadOnlyList<IReadOnlyList<NamedValue>> Rows, bool Truncated, string? Error)
{
    public bool Holds => Rows.Count == 0 && Error is null;
}
