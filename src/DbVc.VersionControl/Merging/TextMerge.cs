using DbVc.Model;
using DiffPlex;

namespace DbVc.VersionControl;

/// <summary>Lines of one side, counted from 0.</summary>
/// <param name="Start">The first of them; where there are none, the line before which they would stand.</param>
/// <param name="Count">How many; 0 where the side has nothing there.</param>
public readonly record struct LineRange(int Start, int Count)
{
    /// <summary>For people: <c>line 3</c>, <c>lines 3-5</c>, <c>before line 3</c>.</summary>
    public override string ToString() => Count switch
    {
        0 => $"before line {Start + 1}",
        1 => $"line {Start + 1}",
        _ => $"lines {Start + 1}-{Start + Count}",
    };
}

/// <summary>A place where both sides changed the same lines, or lines that touch, differently.</summary>
public readonly record struct TextConflict(LineRange Base, LineRange Source, LineRange Target);

/// <summary>
/// A three-way merge of texts, line by line: a change of one side is taken, the same change of both is one change, and different changes of lines
/// that overlap or touch are a conflict. Byte order mark, line ends and the end of the last line merge as wholes, so an editor that rewrites
/// them does not touch every line.
/// </summary>
public sealed class TextMerge
{
    /// <summary>Comparing takes time by the square of what differs; longer texts are merged as wholes.</summary>
    private const int MostLines = 20_000;

    private readonly TextLines _start;
    private readonly TextLines _source;
    private readonly TextLines _target;
    private readonly List<Piece> _pieces = [];

    private TextMerge(string start, string source, string target, string? stamp)
    {
        (_start, _source, _target) = (TextLines.Of(start), TextLines.Of(source), TextLines.Of(target));
        Divide(Changes(_source, stamp), Changes(_target, stamp));
    }

    private enum Origin
    {
        /// <summary>Equal on all three, but for a stamp.</summary>
        All,
        Source,
        Target,
        Both,
    }

    /// <summary>In the order of lines; empty means that the merge is clean.</summary>
    public IReadOnlyList<TextConflict> Conflicts => [.. _pieces.Where(p => p.From == Origin.Both).Select(p => new TextConflict(p.Base, p.Source, p.Target))];

    /// <summary>Merges three texts; null where one is too long to be compared line by line.</summary>
    /// <param name="start">What both sides come from.</param>
    /// <param name="source">One side.</param>
    /// <param name="target">The other side.</param>
    /// <param name="stamp">Lines that begin with this say what the text was made from: they count as equal, and the source's is taken.</param>
    public static TextMerge? Run(string start, string source, string target, string? stamp = null) =>
        new[] { start, source, target }.Any(t => t.AsSpan().Count('\n') > MostLines) ? null : new TextMerge(start, source, target, stamp);

    /// <summary>The merged text, conflicts decided for one side.</summary>
    public string Take(ResolutionKind side) => Write(piece => side switch
    {
        ResolutionKind.Source => _source.Of(piece.Source),
        ResolutionKind.Target => _target.Of(piece.Target),
        ResolutionKind.Base => _start.Of(piece.Base),
        _ => throw new ArgumentOutOfRangeException(nameof(side), side, "A text takes one of its sides."),
    });

    /// <summary>The merged text with both sides of each conflict in it, between marks as other tools write them.</summary>
    public string Mark(string sourceName, string targetName) => Write(piece =>
    [
        "<<<<<<< " + targetName, .. _target.Of(piece.Target), "=======", .. _source.Of(piece.Source), ">>>>>>> " + sourceName,
    ]);

    private string Write(Func<Piece, IEnumerable<string>> decide)
    {
        var lines = _pieces.SelectMany(piece => piece.From switch
        {
            Origin.All => Enumerable.Range(0, piece.Base.Count).Select(i => Common(piece, i)),
            Origin.Source => _source.Of(piece.Source),
            Origin.Target => _target.Of(piece.Target),
            _ => decide(piece),
        });
        return TextLines.Join(lines, Merged(t => t.HasMark), Merged(t => t.LineEnd), Merged(t => t.IsEnded));
    }

    private string Common(Piece piece, int line)
    {
        var source = _source.All[piece.Source.Start + line];
        return source == _start.All[piece.Base.Start + line] ? _target.All[piece.Target.Start + line] : source;
    }

    private T Merged<T>(Func<TextLines, T> of) => Equals(of(_source), of(_start)) ? of(_target) : of(_source);

    private List<Change> Changes(TextLines side, string? stamp)
    {
        string[] Split(string text) => text.Length == 0 ? [] : text[..^1].Split('\n');
        string Comparable(TextLines lines) =>
            string.Concat(lines.All.Select(l => (stamp is not null && l.StartsWith(stamp, StringComparison.Ordinal) ? stamp : l) + "\n"));
        return [.. new Differ().CreateCustomDiffs(Comparable(_start), Comparable(side), ignoreWhiteSpace: false, Split).DiffBlocks
            .Select(b => new Change(b.DeleteStartA, b.DeleteCountA, b.InsertCountB))];
    }

    /// <summary>Cuts the three texts into pieces that are equal, that one side changed, or that both did.</summary>
    private void Divide(List<Change> source, List<Change> target)
    {
        var (at, inSource, inTarget) = (0, 0, 0);
        var (s, t) = (0, 0);
        while (s < source.Count || t < target.Count)
        {
            var first = Math.Min(s < source.Count ? source[s].Start : int.MaxValue, t < target.Count ? target[t].Start : int.MaxValue);
            var (end, grownSource, grownTarget) = (first, 0, 0);
            var (changedSource, changedTarget) = (false, false);
            while (true)
            {
                if (s < source.Count && source[s].Start <= end)
                {
                    (end, grownSource, changedSource) = (Math.Max(end, source[s].End), grownSource + source[s].Grown, true);
                    s++;
                }
                else if (t < target.Count && target[t].Start <= end)
                {
                    (end, grownTarget, changedTarget) = (Math.Max(end, target[t].End), grownTarget + target[t].Grown, true);
                    t++;
                }
                else
                {
                    break;
                }
            }

            Keep(first - at);
            var piece = new Piece(Origin.Both, new(first, end - first), new(inSource, end - first + grownSource), new(inTarget, end - first + grownTarget));
            var isOne = changedSource && changedTarget && _source.Of(piece.Source).SequenceEqual(_target.Of(piece.Target));
            _pieces.Add(piece with { From = !changedTarget || isOne ? Origin.Source : changedSource ? Origin.Both : Origin.Target });
            (at, inSource, inTarget) = (end, inSource + piece.Source.Count, inTarget + piece.Target.Count);
        }

        Keep(_start.All.Count - at);

        void Keep(int count)
        {
            if (count > 0) _pieces.Add(new Piece(Origin.All, new(at, count), new(inSource, count), new(inTarget, count)));
            (inSource, inTarget) = (inSource + count, inTarget + count);
        }
    }

    /// <param name="Start">First line of the base.</param>
    /// <param name="Deleted">Lines of the base that went.</param>
    /// <param name="Inserted">Lines that came in their place.</param>
    private readonly record struct Change(int Start, int Deleted, int Inserted)
    {
        public int End => Start + Deleted;

        public int Grown => Inserted - Deleted;
    }

    private readonly record struct Piece(Origin From, LineRange Base, LineRange Source, LineRange Target);
}
