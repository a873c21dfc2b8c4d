using DbVc.Model;

namespace DbVc.Commands;

/// <summary>The lanes beside a history that is listed newest first: which commit each lane leads to.</summary>
internal sealed class GraphLanes
{
    private readonly List<CommitId> _lanes = [];

    /// <summary>Lines above a commit, where lanes that lead to it come together.</summary>
    public IEnumerable<string> Before(CommitId commit)
    {
        var place = _lanes.IndexOf(commit);
        for (var other = _lanes.LastIndexOf(commit); other > place; other = _lanes.LastIndexOf(commit))
        {
            yield return Join(place, other);
            _lanes.RemoveAt(other);
        }
    }

    /// <summary>What stands before and behind the commit's star on its line.</summary>
    public (string Left, string Right) At(CommitId commit)
    {
        var place = Place(commit);
        return (string.Concat(Enumerable.Repeat("| ", place)), string.Concat(Enumerable.Repeat(" |", _lanes.Count - place - 1)));
    }

    /// <summary>Lines below a commit, where lanes of further parents begin.</summary>
    public IEnumerable<string> After(CommitId commit, IReadOnlyList<CommitId> parents)
    {
        var place = Place(commit);
        if (parents.Count == 0) _lanes.RemoveAt(place);
        else _lanes[place] = parents[0];
        foreach (var parent in parents.Skip(1))
        {
            _lanes.Insert(place + 1, parent);
            yield return string.Concat(Enumerable.Repeat("| ", place)) + @"|\" + string.Concat(Enumerable.Repeat(@" \", _lanes.Count - place - 2));
        }
    }

    private int Place(CommitId commit)
    {
        var place = _lanes.IndexOf(commit);
        if (place >= 0) return place;
        _lanes.Add(commit);
        return _lanes.Count - 1;
    }

    /// <summary>Lane <paramref name="from"/> bends to lane <paramref name="place"/>; those behind it move one to the left.</summary>
    private string Join(int place, int from)
    {
        var line = new char[(2 * _lanes.Count) - 1];
        Array.Fill(line, ' ');
        for (var lane = 0; lane < from; lane++)
        {
            line[2 * lane] = '|';
            if (lane >= place && lane < from - 1) line[(2 * lane) + 1] = '_';
        }

        for (var lane = from; lane < _lanes.Count; lane++) line[(2 * lane) - 1] = '/';
        return new string(line).TrimEnd();
    }
}
