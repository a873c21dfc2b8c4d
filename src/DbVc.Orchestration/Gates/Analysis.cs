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

    private readonly SemaphoreSlim _turn = new(1, 1);
    private WorkerSession? _session;
    private WorkerOptions? _options;
    private int _compilations;

    /// <summary>Compiles; see <see cref="WorkerSession.Compile"/>.</summary>
    public CompileResult Compile(WorkerOptions options, string assemblyName, IReadOnlyList<CodeFile> files, CancellationToken cancellation)
    {
        _turn.Wait(cancellation);
        try
        {
            if (_options != options || _compilations >= MostCompilations) End();
            try
            {
                return CompileOnce();
            }
            catch (DbVcException failure) when (failure.Code == "worker.died" && _compilations > 1)
            {
                // What was compiled there before may have used up its time or memory; this code is not to pay for it.
                End();
                return CompileOnce();
            }
        }
        finally
        {
            _turn.Release();
        }

        CompileResult CompileOnce()
        {
            var isWhole = false;
            _compilations++;
            try
            {
                var result = Open(options).Compile(assemblyName, files, cancellation);
                isWhole = true;
                return result;
            }
            finally
            {
                if (!isKept || !isWhole) EndSession();
            }
        }
    }

    public void Dispose()
    {
        End();
        _turn.Dispose();
    }

    private WorkerSession Open(WorkerOptions options)
    {
        _options = options;
        return _session ??= WorkerSession.Start(options);
    }

    private void End()
    {
        EndSession();
        _compilations = 0;
    }

    private void EndSession()
    {
        _session?.Dispose();
        _session = null;
    }
}
