namespace DbVc.Commands;

/// <summary>A step of long work: running, or ended with a result.</summary>
internal sealed class Step(string name, Pace pace)
{
    public string Name { get; } = name;

    public Pace Pace { get; } = pace;

    /// <summary>Null while the step runs.</summary>
    public bool? Succeeded { get; private set; }

    private string _result = "";

    public void End(bool succeeded, string summary)
    {
        // A summary counts what the pace counted, and better.
        _result = Join(summary.Length > 0 ? summary : Pace.Describe(running: false), Pace.Seconds(Pace.Elapsed));
        Succeeded = succeeded;
    }

    /// <summary>What stands behind the name: the result, or how far it is.</summary>
    public string Describe() => Succeeded is null ? Join(Pace.Describe(running: true), Pace.Seconds(Pace.Elapsed)) : _result;

    private static string Join(params string[] words) => string.Join(" · ", words.Where(word => word.Length > 0));
}
