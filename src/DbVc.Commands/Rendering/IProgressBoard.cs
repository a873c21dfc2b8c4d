namespace DbVc.Commands;

/// <summary>Shows long works that go on side by side, each with its steps. Called from several threads.</summary>
internal interface IProgressBoard
{
    /// <summary>A work begins.</summary>
    /// <param name="name">What all its lines bear.</param>
    /// <returns>Its steps, from one thread at a time.</returns>
    IProgressView Begin(string name);

    /// <summary>It ended, with a line that stays. One that never began may end, too.</summary>
    void End(string name, params Piece[] pieces);
}

/// <summary>Says nothing.</summary>
internal sealed class SilentBoard : IProgressBoard
{
    public IProgressView Begin(string name) => new SilentProgress();

    public void End(string name, params Piece[] pieces)
    {
    }
}
