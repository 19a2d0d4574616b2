<!DOCTYPE qgis>
<qgis version="3.22.0" styleCategories="Symbology|Labeling" labelsEnabled="1">
  <renderer-v2 type="RuleRenderer" symbollevels="0" forceraster="0" enableorderby="0">
    <rules key="{ground_line}">
      <rule key="{ground_line-0}" label="主干路 main roads" filter="&quot;kind&quot; = 'street' AND &quot;class&quot; IN ('trunk', 'arterial', 'main')" symbol="0"/>
      <rule key="{ground_line-1}" label="街巷 streets" filter="&quot;kind&quot; = 'street' AND coalesce(&quot;class&quot;, '') NOT IN ('trunk', 'arterial', 'main')" symbol="1"/>
      <rule key="{ground_line-2}" label="铁路 railways" filter="&quot;kind&quot; = 'rail'" symbol="2"/>
      <rule key="{ground_line-3}" label="河流 rivers" filter="&quot;kind&quot; = 'water'" symbol="3"/>
      <rule key="{ground_line-4}" label="其他 other" filter="ELSE" symbol="4"/>
    </rules>
    <symbols>
      <symbol name="0" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" value="236,200,120,255" type="QString"/>
            <Option name="line_width" value="1.1" type="QString"/>
            <Option name="line_width_unit" value="MM" type="QString"/>
            <Option name="line_style" value="solid" type="QString"/>
            <Option name="capstyle" value="round" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol name="1" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" value="205,210,205,255" type="QString"/>
            <Option name="line_width" value="0.6" type="QString"/>
            <Option name="line_width_unit" value="MM" type="QString"/>
            <Option name="line_style" value="solid" type="QString"/>
            <Option name="capstyle" value="round" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol name="2" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" value="141,151,148,255" type="QString"/>
            <Option name="line_width" value="0.5" type="QString"/>
            <Option name="line_width_unit" value="MM" type="QString"/>
            <Option name="line_style" value="dash" type="QString"/>
            <Option name="capstyle" value="round" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol name="3" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" value="171,208,227,255" type="QString"/>
            <Option name="line_width" value="1" type="QString"/>
            <Option name="line_width_unit" value="MM" type="QString"/>
            <Option name="line_style" value="solid" type="QString"/>
            <Option name="capstyle" value="round" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
      <symbol name="4" type="line" alpha="1" clip_to_extent="1" force_rhr="0">
        <layer class="SimpleLine" enabled="1" locked="0" pass="0">
          <Option type="Map">
            <Option name="line_color" value="200,200,195,255" type="QString"/>
            <Option name="line_width" value="0.4" type="QString"/>
            <Option name="line_width_unit" value="MM" type="QString"/>
            <Option name="line_style" value="solid" type="QString"/>
            <Option name="capstyle" value="round" type="QString"/>
            <Option name="joinstyle" value="round" type="QString"/>
          </Option>
        </layer>
      </symbol>
    </symbols>
  </renderer-v2>
  <labeling type="simple">
    <settings>
      <text-style fieldName="name" isExpression="0" fontFamily="Microsoft YaHei" fontSize="7" fontSizeUnit="Point" fontWeight="50" textColor="110,115,110,255" textOpacity="1" multilineHeight="1">
        <families>
          <family name="Microsoft YaHei"/>
          <family name="PingFang SC"/>
          <family name="Noto Sans CJK SC"/>
          <family name="WenQuanYi Micro Hei"/>
        </families>
        <text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,220" bufferOpacity="1" bufferJoinStyle="128"/>
      </text-style>
      <text-format multilineAlign="1" autoWrapLength="0" useMaxLineLengthForAutoWrap="1"/>
      <placement placement="3" quadOffset="4" dist="0" distUnits="MM" centroidInside="1" centroidWhole="0" priority="1" fitInPolygonOnly="0" polygonPlacementFlags="2" placementFlags="9" repeatDistance="60" repeatDistanceUnits="MM" overrunDistance="0"/>
      <rendering scaleVisibility="1" scaleMin="1" scaleMax="8000" drawLabels="1" obstacle="0" displayAll="0" upsidedownLabels="0" labelPerPart="0" mergeLines="1"/>
    </settings>
  </labeling>
</qgis>
