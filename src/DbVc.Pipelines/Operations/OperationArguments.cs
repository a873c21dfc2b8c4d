using System.Globalization;
using System.Text;
using DbVc.PipelineRuntime;

namespace DbVc.Pipelines;

/// <summary>The arguments of an operation in the forms in which the runtime takes them; each is made once.</summary>
public sealed class OperationArguments(IReadOnlyList<string> written)
{
    private readonly Dictionary<(int Index, Type Type), object> _prepared = [];

    /// <summary>As they stand in metadata.</summary>
    public IReadOnlyList<string> Written { get; } = written;

    internal ReadOnlySpan<byte> Utf8(int index) => Prepare(index, () => Encoding.UTF8.GetBytes(Written[index]));

    internal int Count(int index) => int.Parse(Written[index], CultureInfo.InvariantCulture);

    internal decimal Number(int index) => decimal.Parse(Written[index], NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>The word of a choice as the member of the runtime's enumeration with that name.</summary>
    internal T Choice<T>(int index)
        where T : struct, Enum => Enum.Parse<T>(Written[index], ignoreCase: true);

    internal TextSet Texts(int index) => Prepare(index, () => new TextSet([.. Written.Skip(index)]));

    internal TextMap Pairs(int index) => Prepare(index, () => new TextMap([.. Written.Skip(index).Chunk(2).Select(p => (p[0], p[1]))]));

    internal PatternReplacement Replacement(int index) => Prepare(index, () => new PatternReplacement(Written[index], Written[index + 1]));

    internal TimeFormat Format(int index) => Prepare(index, () => new TimeFormat(Written[index]));

    internal TimeFormat[] Formats(int index) => Prepare(index, () => Written.Skip(index).Select(f => new TimeFormat(f)).ToArray());

    private T Prepare<T>(int index, Func<T> make)
        where T : class
    {
        if (_prepared.TryGetValue((index, typeof(T)), out var known)) return (T)known;
        var made = make();
        _prepared[(index, typeof(T))] = made;
        return made;
    }
}
