namespace DbVc.Databases;

/// <summary>Finds what changed since a mark, and makes the next mark out of what it saw on the way.</summary>
/// <param name="source">The connection in a read transaction, as the main file and its log lie on disk.</param>
/// <param name="isWal">It has a write-ahead log.</param>
/// <param name="maps">Where maps of pages are kept.</param>
internal sealed class ChangeFinder(Func<SqliteHandle> source, bool isWal, PageMapFile maps)
{
    /// <summary>More than this is copied rather than read under a lock that keeps writers from committing.</summary>
    private const int MostPagesUnderLock = 4_000;

    private readonly string _signal = FileSignal.Read(source(), isWal) ?? "";
    private readonly ChangeLog? _log = ChangeLog.Read(source());
    private SqliteMark? _still;
    private string _pages = "";
    private bool _isPagesValid;
    private PageMap? _map;

    /// <summary>True if reading all that changed takes a while.</summary>
    public bool FoundMuch { get; private set; }

    public IChangeReader? Find(string mark)
    {
        if (SqliteMark.Parse(mark) is not { } known) return null;
        if (known.Signal.Length > 0 && known.Signal == _signal)
        {
            _still = known;
            return new NoChanges();
        }

        _pages = known.Pages;
        return _log is not null && LogPlace.Parse(known.Place) is { } place && place.IsIn(source(), _log)
            ? new LogChanges(source, _log, place, FindByPages)
            : FindByPages();
    }

    /// <summary>The mark of what the transaction sees; null if there is nothing to tell it by.</summary>
    public string? MakeMark()
    {
        if (_still is null)
        {
            var pages = IsAllLogged() ? "" : MakePages();
            _still = new SqliteMark(_signal, pages, LogPlace.Read(source(), _log)?.ToString() ?? "");
        }

        return _still.IsEmpty ? null : _still.ToString();
    }

    private PageChanges? FindByPages()
    {
        if (maps.Read(_pages) is not { } then || Walk(then) is not { } trees) return null;
        FoundMuch = trees.Values.Sum(t => t.TouchedPages) > MostPagesUnderLock;
        // The same rows in the same places: the map of then serves on.
        _isPagesValid = trees.Values.All(t => t.IsSame);
        return new PageChanges(source, trees);
    }

    private bool IsAllLogged()
    {
        if (_log is null) return false;
        var triggers = ChangeLog.ReadTriggers(source());
        return ReadRoots().TrueForAll(r => _log.HasTriggers(r.Table, triggers));
    }

    private string MakePages()
    {
        if (_isPagesValid) return _pages;
        return _map is not null || Walk(null) is not null ? maps.Write(_map!, _pages) : "";
    }

    /// <summary>The trees of all tables, and the map of all pages with their owners. Null if they cannot be told for certain.</summary>
    private Dictionary<string, TreeState>? Walk(PageMap? then)
    {
        using var reader = PageReader.Open(source(), isWal);
        if (reader is null) return null;
        if (then is not null && (then.PageSize != reader.PageSize || then.UsableSize != reader.UsableSize)) return null;
        try
        {
            var map = PageMap.Scan(reader, then);
            var trees = new Dictionary<string, TreeState>(StringComparer.Ordinal);
            foreach (var (table, root, keyColumns) in ReadRoots())
            {
                map.Roots[table] = root;
                if (new TreeWalk(reader, map, then).Run(table, root, keyColumns) is not { } tree) return null;
                trees[table] = tree;
            }

            if (!reader.IsValid()) return null;
            _map = map;
            return trees;
        }
        catch (EndOfStreamException)
        {
            return null;
        }
    }

    private List<(string Table, uint Root, int KeyColumns)> ReadRoots()
    {
        var roots = new List<(string, uint, int)>();
        // A column that the key names twice lies there once.
        using var list = source().Prepare("SELECT s.name, s.rootpage, (SELECT count(*) FROM pragma_table_info(s.name, 'main') WHERE pk > 0) "
            + "FROM main.sqlite_schema s WHERE s.type = 'table' AND s.rootpage > 0");
        while (list.Step())
        {
            if (!SqliteName.IsInternal(list.TextAt(0))) roots.Add((list.TextAt(0), (uint)list.IntegerAt(1), (int)list.IntegerAt(2)));
        }

        return roots;
    }
}
