using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>Three trees: a common ancestor and what two sides made of it.</summary>
internal readonly record struct TreeTriple(TreeRoot Base, TreeRoot Source, TreeRoot Target);

/// <summary>
/// Merges two trees over a third. It walks all three in step. What only one side changed is taken whole, leaf by leaf, by its name and
/// without being read; only where both sides changed the same leaf, or moved its ends, are entries compared, and only entries that both
/// changed are asked about. The result is the tree that editing the target row by row would give.
/// </summary>
internal sealed class TreeMerge
{
    private readonly Func<TreeSides, TreeEdit?> _decide;
    private readonly bool _asksAboutEqual;
    private readonly DiffCursor _baseCursor;
    private readonly DiffCursor _sourceCursor;
    private readonly DiffCursor _targetCursor;
    private readonly DiffCursor[] _all;
    private readonly bool _takesWhole;
    private LevelEditor? _leaves;
    private Action<TreeEdit> _put = _ => { };

    private TreeMerge(IChunkWriter writer, TreeTriple roots, Func<TreeSides, TreeEdit?> decide, bool asksAboutEqual)
    {
        (_decide, _asksAboutEqual) = (decide, asksAboutEqual);
        _baseCursor = new DiffCursor(writer, roots.Base);
        _sourceCursor = new DiffCursor(writer, roots.Source);
        _targetCursor = new DiffCursor(writer, roots.Target);
        _all = [_baseCursor, _sourceCursor, _targetCursor];
        // Leaves are replaced by editing the level above them.
        _takesWhole = !_targetCursor.AtEnd && _targetCursor.Level > 0;
    }

    /// <summary>The merged tree.</summary>
    /// <param name="writer">Where it is written.</param>
    /// <param name="roots">The three sides.</param>
    /// <param name="decide">The edit of the target for a key that both sides changed; null to keep the target's.</param>
    /// <param name="asksAboutEqual">Whether a key is asked about that both sides changed in the same way.</param>
    public static TreeRoot Run(IChunkWriter writer, TreeTriple roots, Func<TreeSides, TreeEdit?> decide, bool asksAboutEqual)
    {
        var merge = new TreeMerge(writer, roots, decide, asksAboutEqual);
        if (!roots.Target.IsEmpty) return TreeEditor.Edit(writer, roots.Target, merge.EditLeaves);
        var rows = new List<TreeEdit>();
        merge._put = rows.Add;
        merge.WalkAll();
        return TreeEditor.Edit(writer, roots.Target, rows);
    }

    /// <summary>Edits the target while the three are walked, so that each of its leaves is read once.</summary>
    private void EditLeaves(LevelEditor leaves)
    {
        (_leaves, _put) = (leaves, leaves.Apply);
        WalkAll();
    }

    private void WalkAll()
    {
        while (Step())
        {
        }
    }

    /// <summary>All cursors stand right behind a place where nodes of all three trees end. Goes on to the next such place, or opens nodes.</summary>
    private bool Step()
    {
        if (_all.All(c => c.AtEnd)) return false;
        if (!StandOnSameKeys())
        {
            if (!OpenHighest()) MergeRegion();
        }
        else if (_sourceCursor.Hash == _baseCursor.Hash || (_sourceCursor.Hash == _targetCursor.Hash && !_asksAboutEqual))
        {
            SkipAll();
        }
        else if (_baseCursor.Level > 0)
        {
            foreach (var cursor in _all) cursor.Open();
        }
        else
        {
            MergeRegion();
        }

        return true;
    }

    /// <summary>Subtrees of one level that end with the same key. A node that ends because its tree does may go on in another tree, so only
    /// like ends are alike.</summary>
    private bool StandOnSameKeys() =>
        !_baseCursor.AtEnd && !_sourceCursor.AtEnd && !_targetCursor.AtEnd
        && _baseCursor.Level == _sourceCursor.Level && _baseCursor.Level == _targetCursor.Level
        && _baseCursor.LastKey.Span.SequenceEqual(_sourceCursor.LastKey.Span) && _baseCursor.LastKey.Span.SequenceEqual(_targetCursor.LastKey.Span)
        && _baseCursor.IsLast == _sourceCursor.IsLast && _baseCursor.IsLast == _targetCursor.IsLast;

    private void SkipAll()
    {
        foreach (var cursor in _all) cursor.Skip();
    }

    /// <summary>Opens the highest subtrees; false if all are leaves.</summary>
    private bool OpenHighest()
    {
        var highest = _all.Max(c => c.AtEnd ? 0 : c.Level);
        if (highest == 0) return false;
        foreach (var cursor in _all.Where(c => !c.AtEnd && c.Level == highest)) cursor.Open();
        return true;
    }

    /// <summary>Collects leaves until all three trees have ends of leaves at one key again.</summary>
    private void MergeRegion()
    {
        var (start, source, target) = (new LeafRun(_baseCursor), new LeafRun(_sourceCursor), new LeafRun(_targetCursor));
        LeafRun[] runs = [start, source, target];
        do
        {
            var next = runs.Where(r => !r.Cursor.AtEnd).MinBy(r => r.Cursor.LastKey, KeyEquality.Instance)!;
            next.TakeLeaf();
        }
        while (!EndTogether(runs));

        if (source.SameAs(start) || (source.SameAs(target) && !_asksAboutEqual)) return;
        if (_takesWhole && target.SameAs(start)) _leaves!.Replace(target, source);
        else MergeRows(start, source, target);
    }

    private static bool EndTogether(LeafRun[] runs)
    {
        if (runs.All(r => r.Cursor.AtEnd)) return true;
        if (runs.Any(r => r.Cursor.AtEnd || r.Leaves.Count == 0)) return false;
        var last = runs[0].Leaves[^1].LastKey;
        return runs.All(r => r.Leaves[^1].LastKey.Span.SequenceEqual(last.Span));
    }

    private void MergeRows(LeafRun start, LeafRun source, LeafRun target)
    {
        EntryCursor[] sides = [new(start), new(source), new(target)];
        while (EntryCursor.FindFirst(sides) is { } key)
        {
            var (before, theirs, ours) = (sides[0].Take(key), sides[1].Take(key), sides[2].Take(key));
            var sidesOfKey = new TreeSides(key, before, theirs, ours);
            if (sidesOfKey.IsTargetOnly) continue;
            if (sidesOfKey.IsSourceOnly) _put(new TreeEdit(key, theirs));
            else if ((_asksAboutEqual || !sidesOfKey.IsConvergent) && _decide(sidesOfKey) is { } edit) _put(edit);
        }
    }
}
