<!DOCTYPE qgis>
<qgis version="3.22.0" styleCategories="Symbology|Labeling" labelsEnabled="1">
  <renderer-v2 type="RuleRenderer" symbollevels="0" forceraster="0" enableorderby="0">
    <rules key="{draft_base}">
      <rule key="{draft_base-0}" label="已改 changed" filter='"is_changed"' symbol="0"/>
      <rule key="{draft_base-1}" label="未改 unchanged" filter="ELSE" symbol="1"/>
    </rules>
    <symbols>
      <symbol name="0" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="255,176,46,90" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_color" value="176,84,0,255" type="QString"/>
            <Option name="outline_width" value="0.5" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="outline_style" value="solid" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol name="1" type="fill" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleFill" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="color" value="214,230,246,110" type="QString"/>
            <Option name="style" value="solid" type="QString"/>
            <Option name="outline_color" value="70,98,128,255" type="QString"/>
            <Option name="outline_width" value="0.3" type="QString"/>
            <Option name="outline_width_unit" value="MM" type="QString"/>
            <Option name="outline_style" value="solid" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <labeling type="simple">
    <settings>
      <text-style fieldName="coalesce(&quot;code&quot;, '?') || coalesce('\n' || nullif(&quot;name&quot;, &quot;code&quot;), '')" isExpression="1" fontFamily="Microsoft YaHei" fontSize="8" fontSizeUnit="Point" fontWeight="50" textColor="51,71,91,255" textOpacity="1" multilineHeight="1">
        <families>
          <family name="Microsoft YaHei"/>
          <family name="PingFang SC"/>
          <family name="Noto Sans CJK SC"/>
          <family name="WenQuanYi Micro Hei"/>
        </families>
        <text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,220" bufferOpacity="1" bufferJoinStyle="128"/>
      </text-style>
      <text-format multilineAlign="1" autoWrapLength="0" useMaxLineLengthForAutoWrap="1"/>
      <placement placement="1" quadOffset="4" dist="0" distUnits="MM" centroidInside="1" centroidWhole="0" priority="5" fitInPolygonOnly="0" polygonPlacementFlags="2" overrunDistance="0"/>
      <rendering scaleVisibility="1" scaleMin="1" scaleMax="50000" drawLabels="1" obstacle="1" displayAll="0" upsidedownLabels="0" labelPerPart="0"/>
      <dd_properties>
        <Option type="Map">
          <Option name="name" value="" type="QString"/>
          <Option name="properties" type="Map">
            <Option name="Color" type="Map">
              <Option name="active" value="true" type="bool"/>
              <Option name="expression" value="if(&quot;is_changed&quot;, '#8a3c00', '#33475b')" type="QString"/>
              <Option name="type" value="3" type="int"/>
            </Option>
          </Option>
          <Option name="type" value="collection" type="QString"/>
        </Option>
      </dd_properties>
    </settings>
  </labeling>
</qgis>
