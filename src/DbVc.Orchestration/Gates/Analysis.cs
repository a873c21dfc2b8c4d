using DbVc.Model;
using DbVc.Pipelines;

namespace DbVc.Orchestration;

/// <summary>
/// The sandbox that compiles and analyses code and runs nothing of it. Ended after each compilation, it leaves the processor to the runs that follow;
/// kept, it compiles the next code in a fraction of the time, because its compiler is compiled by then.
/// </summary>
/// <param name="isKept">Whether the next code is compiled where this one was.</param>
internal sealed class Analysis(bool isKept) : IDisposable
{
    /// <summary>A sandbox has so much processor time, and keeps what it allocated.</summary>
    private const int MostCompilations = 100;

    private readonly Lock _gate = new();
    private WorkerSession? _session;
    private WorkerOptions? _options;
    private int _compilations;

    /// <summary>Compiles; see <see cref="WorkerSession.Compile"/>.</summary>
    public CompileResult Compile(WorkerOptions options, string assemblyName, IReadOnlyList<CodeFile> files, CancellationToken cancellation)
    {
        lock (_gate)
        {
            if (_options != options || _compilations >= MostCompilations) End();
            var isWhole = false;
            try
            {
                var result = Open(options).Compile(assemblyName, files, cancellation);
                isWhole = true;
                return result;
            }
            finally
            {
                _compilations++;
                if (!isKept || !isWhole) End();
            }
        }
    }

    public void Dispose()
    {
        lock (_gate) End();
    }

    private WorkerSession Open(WorkerOptions options)
    {
        _options = options;
        return _session ??= WorkerSession.Start(options);
    }

    private void End()
    {
        _session?.Dispose();
        (_session, _compilations) = (null, 0);
    }
}
