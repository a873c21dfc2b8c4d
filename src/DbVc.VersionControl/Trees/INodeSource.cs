using DbVc.Model;
using DbVc.Store;

namespace DbVc.VersionControl;

/// <summary>A source that may have parsed nodes already.</summary>
internal interface INodeSource : IChunkSource
{
    /// <summary>As <see cref="Node.Load"/>.</summary>
    Node Load(Hash hash);
}
