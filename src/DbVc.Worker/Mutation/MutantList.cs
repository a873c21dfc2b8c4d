using DbVc.PipelineRuntime;
using Microsoft.CodeAnalysis;

namespace DbVc.Worker;

/// <summary>
/// The mutants of one test assembly: each is one small change of the code, off until its number is the active one. What the compiler refuses is left out
/// (<paramref name="refused"/>, by place: the how-manieth change it was).
/// </summary>
internal sealed class MutantList(IReadOnlySet<int> refused)
{
    /// <summary>Marks a switch in the syntax; its data is the place.</summary>
    public const string SwitchMark = "db-vc-mutant";

    private const int LongestChange = 160;

    private readonly List<int> _files = [];
    private readonly List<int> _lines = [];
    private readonly List<string> _changes = [];
    private int _places;

    /// <summary>How many there are; they are numbered from 1.</summary>
    public int Count => _changes.Count;

    /// <summary>The next mutant's number and the mark of its switch; null where the compiler refused it.</summary>
    public (int Number, SyntaxAnnotation Mark)? Add(int file, int line, string before, string after)
    {
        var place = ++_places;
        if (refused.Contains(place))
            return null;
        _files.Add(file);
        _lines.Add(line);
        _changes.Add($"{Shorten(before)} → {Shorten(after)}");
        return (_changes.Count, new SyntaxAnnotation(SwitchMark, place.ToString(System.Globalization.CultureInfo.InvariantCulture)));
    }

    public WireMutants ToWire() => new([.. _files], [.. _lines], [.. _changes]);

    /// <summary>The place of the switch that holds a node; null outside any.</summary>
    public static int? PlaceOf(SyntaxNode? node)
    {
        for (; node is not null; node = node.Parent)
        {
            if (node.GetAnnotations(SwitchMark).FirstOrDefault() is { Data: { } place })
                return int.Parse(place, System.Globalization.CultureInfo.InvariantCulture);
        }
        return null;
    }

    private static string Shorten(string code) => code.Length <= LongestChange ? code : code[..LongestChange] + "…";
}
