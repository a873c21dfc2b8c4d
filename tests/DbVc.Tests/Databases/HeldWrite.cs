namespace DbVc.Tests;

/// <summary>An open transaction of somebody else; disposed without commit it is taken back.</summary>
public sealed class HeldWrite(Action<string> execute, IDisposable connection) : IDisposable
{
    public void Execute(string sql) => execute(sql);

    public void Commit() => execute("COMMIT");

    public void Dispose() => connection.Dispose();
}
