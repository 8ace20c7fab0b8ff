using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace MlAva.Persistence;

/// <summary>
/// The base of all transformers here: adds columns row by row, saves into <c>model.zip</c> and comes back as its own type with plain
/// <c>mlContext.Model.Load</c>.
/// </summary>
public abstract class AvaTransformer : RowToRowTransformerBase
{
    /// <summary>Saved models say 1.1; raise it, with a line here, when the format changes. 0x00010001: options as JSON, then the payload.</summary>
    const uint FormatVersion = 0x00010001;

    private protected AvaTransformer(IHostEnvironment environment, string name)
        : base(environment.Register(name))
    {
    }

    /// <summary>Binds to a schema; throws <see cref="ArgumentException"/> in words when a column is missing or has another type.</summary>
    private protected abstract RowBinding Bind(DataViewSchema schema);

    private protected abstract VersionInfo Version { get; }

    /// <summary>The options as JSON.</summary>
    private protected abstract string SaveOptions();

    /// <summary>What tells this transformer from another one of its type, its weights aside.</summary>
    internal string Settings => SaveOptions();

    /// <summary>Writes what the options do not hold: weights, as a binary stream.</summary>
    private protected virtual void SavePayload(ModelSaveContext context)
    {
    }

    /// <param name="type">The transformer's type, whose assembly is named in the file so that loading finds it.</param>
    /// <param name="modelSignature">Eight characters.</param>
    /// <param name="loaderSignature">At most 24 characters; the same as in the type's <c>LoadableClass</c> attributes.</param>
    /// <param name="version">What a type writes whose own format has changed since; it reads every version before.</param>
    private protected static VersionInfo MakeVersion(
        Type type, string modelSignature, string loaderSignature, uint version = FormatVersion) => new(
            modelSignature, version, version, FormatVersion, loaderSignature: loaderSignature, loaderAssemblyName: type.Assembly.FullName!);

    /// <summary>Checks that the model is at this version and reads the options back.</summary>
    private protected static T LoadOptions<T>(ModelLoadContext context, VersionInfo version)
    {
        context.CheckAtModel(version);
        return ModelJson.Read<T>(context.LoadNonEmptyString());
    }

    // *** Binary format ***
    // string: options as JSON; then the payload of the type
    /// <inheritdoc/>
    protected sealed override void SaveModel(ModelSaveContext ctx)
    {
        ctx.CheckAtModel();
        ctx.SetVersionInfo(Version);
        ctx.SaveNonEmptyString(SaveOptions());
        SavePayload(ctx);
    }

    /// <inheritdoc/>
    protected sealed override IRowMapper MakeRowMapper(DataViewSchema schema) => new Mapper(this, schema);

    internal IRowMapper MapperFor(DataViewSchema schema) => MakeRowMapper(schema);

    /// <summary>The columns that the transformer adds to a schema.</summary>
    internal DataViewSchema.DetachedColumn[] OutputsFor(DataViewSchema schema) => Bind(schema).Outputs;

    sealed class Mapper : MapperBase
    {
        readonly AvaTransformer _transformer;
        readonly RowBinding _binding;

        public Mapper(AvaTransformer transformer, DataViewSchema schema)
            : base(transformer.Host, schema, transformer)
        {
            _transformer = transformer;
            _binding = transformer.Bind(schema);
        }

        protected override DataViewSchema.DetachedColumn[] GetOutputColumnsCore() => _binding.Outputs;

        protected override Func<int, bool> GetDependenciesCore(Func<int, bool> activeOutput)
        {
            bool any = Enumerable.Range(0, _binding.Outputs.Length).Any(activeOutput);
            return column => any && _binding.Inputs.Contains(column);
        }

        public override Delegate[] CreateGetters(DataViewRow input, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null!;
            if (!Enumerable.Range(0, _binding.Outputs.Length).Any(activeOutput)) return new Delegate[_binding.Outputs.Length];
            Delegate[] getters = _binding.CreateGetters(input);
            for (int i = 0; i < getters.Length; i++)
            {
                if (!activeOutput(i)) getters[i] = null!;
            }
            return getters;
        }

        protected override Delegate MakeGetter(DataViewRow input, int iinfo, Func<int, bool> activeOutput, out Action disposer)
        {
            disposer = null!;
            return _binding.CreateGetters(input)[iinfo];
        }

        protected override void SaveModel(ModelSaveContext ctx) => _transformer.SaveModel(ctx);
    }
}
