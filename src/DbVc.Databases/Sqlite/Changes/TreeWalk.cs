using DbVc.Model;

namespace DbVc.Databases;

/// <summary>What became of one table's tree since an earlier map.</summary>
/// <param name="IsSame">Every row is where and what it was.</param>
/// <param name="Total">How many rows there are.</param>
/// <param name="Leaves">How many leaves hold them.</param>
/// <param name="TouchedPages">How many of the leaves are new or differ.</param>
/// <param name="Spans">Row numbers outside of which nothing changed; each between two leaves that did not. Null for a tree without row numbers.</param>
internal sealed record TreeState(bool IsSame, long Total, int Leaves, int TouchedPages, IReadOnlyList<RowSpan>? Spans)
{
    /// <summary>Of a tree without row numbers: the keys of all rows in nodes that are new or differ. Null where they cannot be told.</summary>
    public IReadOnlyList<Value[]>? Keys { get; init; }

    /// <summary>So much of the table differs that reading it from end to end costs less than looking each row up.</summary>
    public bool IsMostlyNew => TouchedPages > FewLeaves && TouchedPages > Leaves / 4;

    private const int FewLeaves = 250;
}

/// <summary>The row numbers between two others, both left out; null is no bound.</summary>
/// <param name="After">The last of an unchanged leaf.</param>
/// <param name="Before">The first of the next one.</param>
/// <param name="HasRows">False where no leaf lies between: then there is no row now, but there may have been.</param>
internal readonly record struct RowSpan(long? After, long? Before, bool HasRows);

/// <summary>
/// Walks the tree of one table by its inner nodes and finds the leaves that are not what they were. What makes it exact:
/// <list type="bullet">
/// <item>A node is unchanged if it was a node of the same table's tree and is byte for byte the same. That its content was there before is not
/// enough: a free page, or another table's, may have held the same bytes.</item>
/// <item>An unchanged leaf holds the same rows as then, and then no other row lay between its first and its last. So what changed, came or went
/// lies between unchanged leaves: in leaves that changed, or where a leaf vanished, which shows in the node above, or in one above that.</item>
/// <item>A row that goes on in pages of overflow may change there alone: its leaf counts as changed if a page of the chain did.</item>
/// <item>In a tree without row numbers all nodes hold rows, each of which begins with its key: those in nodes that changed may be new or other ones, those
/// in nodes that did not are what they were. Which went, counting tells.</item>
/// </list>
/// </summary>
internal sealed class TreeWalk(PageReader reader, PageMap now, PageMap? then)
{
    private const int MostLevels = 40;

    /// <summary>With more, reading the table is cheaper.</summary>
    private const int MostKeys = 300_000;

    private readonly List<RowSpan> _spans = [];
    private List<Value[]>? _keys = [];
    private int _keyColumns;
    private uint _root;
    private bool _isKnown;
    private bool _isOpen;
    private bool _hasRows;
    private bool _isTable = true;
    private uint _lastSame;
    private long _total;
    private int _leaves;
    private int _touched;

    /// <summary>Null if the tree is damaged.</summary>
    /// <param name="table">Its name.</param>
    /// <param name="root">The root's page.</param>
    /// <param name="keyColumns">Of a tree without row numbers: how many values of a row are its key. 0: not known.</param>
    public TreeState? Run(string table, uint root, int keyColumns)
    {
        (_root, _keyColumns) = (root, keyColumns);
        _isKnown = then is not null && then.Roots.TryGetValue(table, out var before) && before == root;
        _isTable = KindOf(root) is PageKind.TableLeaf or PageKind.TableInterior;
        if (!Visit(root, 0)) return null;
        var isSame = _isKnown && !_isOpen && _spans.Count == 0 && _touched == 0;
        if (_isOpen && !CloseSpan(null)) return null;
        return new TreeState(isSame, _total, _leaves, _touched, _isTable ? _spans : null) { Keys = _isKnown && !_isTable && keyColumns > 0 ? _keys : null };
    }

    private PageKind KindOf(uint page) => page >= 1 && page <= now.PageCount ? now.Kinds[page - 1] : 0;

    private bool Visit(uint page, int level)
    {
        // A page that is in a tree already, or a tree that deep, is damage.
        if (page < 1 || page > now.PageCount || now.Owners[page - 1] != 0 || level > MostLevels) return false;
        now.Owners[page - 1] = _root;
        return KindOf(page) switch
        {
            PageKind.TableLeaf when _isTable => VisitLeaf(page),
            PageKind.IndexLeaf when !_isTable => VisitLeaf(page),
            PageKind.TableInterior when _isTable => VisitInterior(page, level),
            PageKind.IndexInterior when !_isTable => VisitInterior(page, level),
            _ => false,
        };
    }

    private bool VisitInterior(uint page, int level)
    {
        var content = new byte[now.PageSize];
        reader.Read(page, content);
        var node = new NodePage(content, page, now.UsableSize);
        var changed = !IsSame(page, content);
        if (changed && !_isTable) TakeKeys(node);
        // Which of its children were neighbours then, only an unchanged node tells.
        if (changed) _isOpen = true;
        for (var i = 0; i < node.Count; i++)
        {
            if (!Visit(node.Child(i), level + 1)) return false;
            if (changed) _isOpen = true;
        }

        if (!Visit(node.LastChild, level + 1)) return false;
        if (changed) _isOpen = true;
        if (!_isTable) _total += node.Count;
        return true;
    }

    private bool VisitLeaf(uint page)
    {
        _total += now.Cells[page - 1];
        _leaves++;
        if (!IsSame(page))
        {
            (_isOpen, _hasRows) = (true, true);
            _touched++;
            if (!_isTable) TakeKeys(page);
            return true;
        }

        if (_isOpen && now.Cells[page - 1] > 0 && !CloseSpan(page)) return false;
        _lastSame = page;
        return true;
    }

    private void TakeKeys(uint page)
    {
        if (!_isKnown || _keys is null) return;
        var content = new byte[now.PageSize];
        reader.Read(page, content);
        TakeKeys(new NodePage(content, page, now.UsableSize));
    }

    private void TakeKeys(NodePage node)
    {
        for (var i = 0; i < node.Count && _isKnown && _keyColumns > 0 && _keys is not null; i++)
        {
            if (_keys.Count < MostKeys && node.TryPayload(i, out var local, out _, out _) && RecordKey.TryRead(local, _keyColumns) is { } key) _keys.Add(key);
            else _keys = null;
        }
    }

    private bool IsSame(uint page, byte[]? content = null)
    {
        if (!_isKnown || !now.IsSame(page, then!) || then!.Owners[page - 1] != _root) return false;
        return !now.Spills[page - 1] || HasSameOverflow(page, content);
    }

    private bool HasSameOverflow(uint page, byte[]? content)
    {
        if (content is null)
        {
            content = new byte[now.PageSize];
            reader.Read(page, content);
        }

        var node = new NodePage(content, page, now.UsableSize);
        for (var i = 0; i < node.Count; i++)
        {
            if (!node.TryPayload(i, out var local, out var length, out var next)) return false;
            for (var left = length - local.Length; left > 0; left -= now.UsableSize - 4)
            {
                if (next < 1 || next > now.PageCount || !now.IsSame(next, then!)) return false;
                next = now.Heads[next - 1];
            }
        }

        return true;
    }

    private bool CloseSpan(uint? firstSame)
    {
        var hasRows = _hasRows;
        (_isOpen, _hasRows) = (false, false);
        if (!_isTable) return true;
        long? after = null, before = null;
        if (_lastSame != 0)
        {
            if (!TryRowId(_lastSame, isLast: true, out var rowId)) return false;
            after = rowId;
        }

        if (firstSame is { } page)
        {
            if (!TryRowId(page, isLast: false, out var rowId)) return false;
            before = rowId;
        }

        // Neighbours by number: nothing can lie or have lain between.
        if (after is not { } last || before is not { } first || last + 1 < first) _spans.Add(new RowSpan(after, before, hasRows));
        return true;
    }

    private bool TryRowId(uint page, bool isLast, out long rowId)
    {
        var content = new byte[now.PageSize];
        reader.Read(page, content);
        var node = new NodePage(content, page, now.UsableSize);
        rowId = 0;
        return node.Count > 0 && node.TryRowId(isLast ? node.Count - 1 : 0, out rowId);
    }
}
